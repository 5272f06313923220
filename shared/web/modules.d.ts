/// What the build adds to the language: style sheets as side effects and the pseudo-locale.

declare module '*.css';

declare module 'huiyin:pseudo' {
  /** English turned into right-to-left nonsense, by namespace; null in every build that ships. */
  const tables: Record<string, Record<string, string>> | null;
  export default tables;
}
