/** A trembling hand presses twice: the same thing acts once in this time. */
export const repeatMs = 400;
/** Digits and letters are wanted twice in a row ("55"), so only the shake itself is left out. */
export const keyRepeatMs = 150;
