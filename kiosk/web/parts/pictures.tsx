/**
 * Pictograms: 96 grid, one ink line of 4, round ends, two flat fills, seen from the front.
 * Icons for keys: 48 grid. Drawn for this project; to be tried with local people before release.
 */
import type { ComponentChildren } from 'preact';

interface Drawing {
  /** Class of the two fills' colours, see pictures.css. */
  tone: string;
  /** Points somewhere, so it is mirrored with the page. */
  turns?: boolean;
  lines: ComponentChildren;
}

const drawings: Record<string, Drawing> = {
  water: {
    tone: 'lake',
    lines: (
      <>
        <path class="b" d="M8 36h12v28H8z" />
        <path class="a" d="M20 42h32c12 0 20 8 20 20v6H54v-4c0-3-2-4-5-4H20z" />
        <path d="M38 42V26" />
        <path class="b" d="M22 16h32v10H22z" />
        <path class="a" d="M63 74c4 5 6 8 6 11a6 6 0 0 1-12 0c0-3 2-6 6-11z" />
      </>
    ),
  },
  road: {
    tone: 'straw',
    lines: (
      <>
        <path d="M6 30h22M68 30h22" />
        <path class="b" d="M62 30c4-10 10-14 16-14s10 6 12 14z" />
        <path class="a" d="M40 30h16l28 56H12z" />
        <path d="M48 38v8M48 54v10M48 72v12" />
      </>
    ),
  },
  power: {
    tone: 'sun',
    lines: (
      <>
        <path class="a" d="M36 66c0-8-15-13-15-29a27 27 0 0 1 54 0c0 16-15 21-15 29z" />
        <path class="b" d="M52 22 39 42h9l-4 15 14-21h-9z" />
        <path d="M37 75h22M41 84h14" />
      </>
    ),
  },
  waste: {
    tone: 'leaf',
    lines: (
      <>
        <path class="a" d="M22 34h52l-6 52H28z" />
        <path class="b" d="M16 22h64v12H16z" />
        <path d="M38 22v-8h20v8M40 46l2 28M56 46l-2 28" />
      </>
    ),
  },
  clinic: {
    tone: 'rose',
    lines: (
      <>
        <path
          class="a"
          d="M48 84C22 66 9 51 9 35a19 19 0 0 1 39-6 19 19 0 0 1 39 6c0 16-13 31-39 49z"
        />
        <path class="b" d="M42 32h12v10h10v12H54v10H42V54H32V42h10z" />
      </>
    ),
  },
  school: {
    tone: 'clay',
    lines: (
      <>
        <path d="M48 32V8" />
        <path class="a" d="M48 9h20l-6 6 6 6H48z" />
        <path class="b" d="M16 52h64v32H16z" />
        <path class="a" d="M10 52 48 31l38 21zM41 84V66h14v18z" />
        <path d="M26 63v8M70 63v8M6 84h84" />
      </>
    ),
  },
  farm: {
    tone: 'field',
    lines: (
      <>
        <path d="M48 62V38" />
        <path class="a" d="M48 46C28 46 20 34 20 18c18 0 28 10 28 28z" />
        <path class="a" d="M48 38c0-16 10-25 28-25 0 16-9 25-28 25z" />
        <path class="b" d="M8 88V72c13-10 27-10 40 0 13-10 27-10 40 0v16z" />
        <path d="M22 80h12M62 80h12" />
      </>
    ),
  },
  land: {
    tone: 'field',
    lines: (
      <>
        <path class="a" d="M6 66 32 24l16 22 14-20 28 40z" />
        <path class="b" d="M6 66h84v20H6z" />
        <path d="M20 66l-6 20M40 66l-3 20M58 66l3 20M76 66l6 20" />
      </>
    ),
  },
  house: {
    tone: 'clay',
    lines: (
      <>
        <path class="b" d="M20 44v40h56V44z" />
        <path class="a" d="M6 44c12-2 22-10 28-24h28c6 14 16 22 28 24z" />
        <path d="M34 20h28M6 84h84" />
        <path class="a" d="M40 84V60h16v24z" />
      </>
    ),
  },
  bus: {
    tone: 'sun',
    lines: (
      <>
        <rect class="a" x="14" y="14" width="68" height="62" rx="10" />
        <path class="b" d="M22 26h52v22H22z" />
        <path d="M48 26v22M6 34v12M90 34v12M22 76v10h10V76M64 76v10h10V76" />
        <circle class="k" cx="28" cy="62" r="4" />
        <circle class="k" cx="68" cy="62" r="4" />
      </>
    ),
  },
  phone: {
    tone: 'lake',
    lines: (
      <>
        <rect class="a" x="14" y="10" width="40" height="76" rx="8" />
        <path class="b" d="M20 22h28v46H20z" />
        <circle class="k" cx="34" cy="77" r="3.4" />
        <path d="M64 30c6 6 6 16 0 22M73 21c11 11 11 29 0 40M82 12c16 16 16 42 0 58" />
      </>
    ),
  },
  shop: {
    tone: 'clay',
    lines: (
      <>
        <path class="b" d="M16 44h64v42H16z" />
        <path
          class="a"
          d="M8 40 18 14h60l10 26c0 8-14 10-20 0-5 10-15 10-20 0-5 10-15 10-20 0-6 10-20 8-20 0z"
        />
        <path class="a" d="M28 56h18v30H28z" />
        <path d="M56 56h14v14H56zM6 86h84" />
      </>
    ),
  },
  help: {
    tone: 'sun',
    lines: (
      <>
        <circle class="b" cx="48" cy="48" r="40" />
        <circle class="a" cx="48" cy="48" r="40" />
        <circle class="b" cx="48" cy="48" r="17" />
        <path d="M36 36 20 20M60 36l16-16M36 60 20 76M60 60l16 16" />
      </>
    ),
  },
  care: {
    tone: 'leaf',
    lines: (
      <>
        <circle class="b" cx="40" cy="18" r="11" />
        <path class="a" d="M22 88V54c0-12 7-19 18-19s18 7 18 19v34z" />
        <path d="M58 50l14 8M72 88V54c0-6 12-6 12 0M40 66v22" />
      </>
    ),
  },
  safety: {
    tone: 'sun',
    lines: (
      <>
        <path class="a" d="M48 10 90 84H6z" />
        <path d="M48 36v22" stroke-width="7" />
        <circle class="k" cx="48" cy="71" r="4.6" />
      </>
    ),
  },
  money: {
    tone: 'sun',
    lines: (
      <>
        <circle class="a" cx="48" cy="48" r="38" />
        <path d="M34 24l14 20 14-20M48 44v30M34 48h28M34 60h28" stroke-width="5" />
      </>
    ),
  },
  idea: {
    tone: 'sun',
    lines: (
      <>
        <path
          class="b"
          d="M18 12h60a10 10 0 0 1 10 10v36a10 10 0 0 1-10 10H48L30 84V68H18A10 10 0 0 1 8 58V22a10 10 0 0 1 10-10z"
        />
        <path
          class="a"
          d="m48 20 5.6 12.4L67 34l-10 9 2.8 13.4L48 49.600l-11.800 6.800L39 43l-10-9 13.400-1.600z"
        />
      </>
    ),
  },
  thanks: {
    tone: 'rose',
    lines: (
      <>
        <path d="M48 54v36M48 76c-4-8-12-12-22-12 2 10 10 14 22 14M48 82c4-8 12-12 22-12-2 10-10 14-22 14" />
        <circle class="a" cx="48" cy="16" r="11" />
        <circle class="a" cx="66" cy="30" r="11" />
        <circle class="a" cx="59" cy="50" r="11" />
        <circle class="a" cx="37" cy="50" r="11" />
        <circle class="a" cx="30" cy="30" r="11" />
        <circle class="b" cx="48" cy="35" r="9" />
      </>
    ),
  },
  people: {
    tone: 'leaf',
    lines: (
      <>
        <path d="M48 12v68M28 88h40M48 20H18M48 20h30" />
        <path class="a" d="M4 52 18 22l14 30c0 12-28 12-28 0zM64 52l14-30 14 30c0 12-28 12-28 0z" />
        <circle class="b" cx="48" cy="14" r="6" />
        <path d="M36 88l6-8h12l6 8" />
      </>
    ),
  },
  other: {
    tone: 'stone',
    lines: (
      <>
        <path
          class="a"
          d="M18 14h60a10 10 0 0 1 10 10v36a10 10 0 0 1-10 10H48L30 86V70H18A10 10 0 0 1 8 60V24a10 10 0 0 1 10-10z"
        />
        <circle class="k" cx="29" cy="42" r="5" />
        <circle class="k" cx="48" cy="42" r="5" />
        <circle class="k" cx="67" cy="42" r="5" />
      </>
    ),
  },
  say: {
    tone: 'say',
    turns: true,
    lines: (
      <>
        <circle class="b" cx="34" cy="34" r="17" />
        <path class="a" d="M6 88c0-19 11-30 28-30s28 11 28 30z" />
        <path d="M62 26c5 5 5 15 0 20M72 17c10 10 10 28 0 38M82 8c15 15 15 41 0 56" />
      </>
    ),
  },
  ear: {
    tone: 'plain',
    turns: true,
    lines: (
      <>
        <path
          class="a"
          d="M33 44a23 23 0 0 1 46 0c0 19-17 23-19 36a13 13 0 0 1-26-1c0-12-3-22-1-35z"
        />
        <path d="M46 46a10 10 0 0 1 20 0c0 9-10 11-11 21" />
        <path d="M20 32c-4 7-4 15 0 22M9 24c-8 12-8 26 0 38" />
      </>
    ),
  },
  office: {
    tone: 'leaf',
    lines: (
      <>
        <path class="b" d="M14 40h68v46H14z" />
        <path class="a" d="M6 40c16-4 32-12 42-26 10 14 26 22 42 26z" />
        <path d="M26 52v34M70 52v34M6 86h84" />
        <path class="a" d="M40 86V60h16v26z" />
      </>
    ),
  },
  kiosk: {
    tone: 'leaf',
    lines: (
      <>
        <rect class="a" x="22" y="8" width="52" height="42" rx="6" />
        <path class="b" d="M40 50h16v30H40z" />
        <path d="M28 88h40M40 80l-8 8M56 80l8 8" />
        <rect class="b" x="31" y="17" width="34" height="24" rx="2" />
      </>
    ),
  },
  unseen: {
    tone: 'stone',
    lines: (
      <>
        <path class="b" d="M6 48c12-18 26-27 42-27s30 9 42 27c-12 18-26 27-42 27S18 66 6 48z" />
        <circle class="a" cx="48" cy="48" r="13" />
        <path d="M16 84 80 12" stroke-width="6" />
      </>
    ),
  },
  person: {
    tone: 'leaf',
    lines: (
      <>
        <circle class="a" cx="48" cy="24" r="16" />
        <path class="a" d="M18 88V76c0-18 12-28 30-28s30 10 30 28v12z" />
      </>
    ),
  },
  helper: {
    tone: 'sun',
    lines: (
      <>
        <circle class="b" cx="30" cy="26" r="15" />
        <path class="a" d="M6 88V72c0-14 9-22 24-22s24 8 24 22v16z" />
        <circle class="b" cx="70" cy="36" r="12" />
        <path class="b" d="M54 88V72c0-11 6-17 16-17s20 7 20 18v15z" />
      </>
    ),
  },
  wait: {
    tone: 'sun',
    lines: (
      <>
        <path
          class="b"
          d="M24 10h48v10c0 14-18 20-18 28s18 14 18 28v10H24V76c0-14 18-20 18-28S24 34 24 20z"
        />
        <path
          class="a"
          d="M32 82c2-10 10-14 16-18 6 4 14 8 16 18zM36 26h24c-3 6-8 9-12 13-4-4-9-7-12-13z"
        />
        <path d="M16 10h64M16 86h64" />
      </>
    ),
  },
  pen: {
    tone: 'sun',
    lines: (
      <>
        <rect class="b" x="10" y="14" width="58" height="74" rx="6" />
        <path d="M22 32h26M22 46h20M22 60h12" />
        <path class="a" d="m44 74 4-16 32-32a7 7 0 0 1 10 0l2 2a7 7 0 0 1 0 10L60 70z" />
        <path d="m72 34 12 12" />
      </>
    ),
  },
  touch: {
    tone: 'plain',
    lines: (
      <>
        <path
          class="a"
          d="M38 56V20a8 8 0 0 1 16 0v26l20 5c8 2 11 8 9 16l-4 21H42L21 64c-5-7 3-14 10-8z"
        />
        <path d="M28 28a18 18 0 1 1 36 0" />
      </>
    ),
  },
  yes: {
    tone: 'leaf',
    lines: (
      <>
        <circle class="a" cx="48" cy="48" r="40" />
        <path d="m28 50 14 14 27-31" stroke-width="8" />
      </>
    ),
  },
  partly: {
    tone: 'straw',
    lines: (
      <>
        <circle class="b" cx="48" cy="48" r="40" />
        <path class="a" d="M48 8a40 40 0 0 0 0 80z" />
      </>
    ),
  },
  no: {
    tone: 'plain',
    lines: (
      <>
        <circle class="b" cx="48" cy="48" r="40" />
        <path d="m33 33 30 30M63 33 33 63" stroke-width="8" />
      </>
    ),
  },
};

const faces: ComponentChildren[] = [
  <>
    <path d="M26 39l12-6M70 39l-12-6" />
    <circle class="k" cx="35" cy="49" r="4.6" />
    <circle class="k" cx="61" cy="49" r="4.6" />
    <path d="M30 75c6-15 30-15 36 0" />
  </>,
  <>
    <circle class="k" cx="35" cy="49" r="4.6" />
    <circle class="k" cx="61" cy="49" r="4.6" />
    <path d="M34 71c7-7 21-7 28 0" />
  </>,
  <>
    <circle class="k" cx="35" cy="46" r="4.6" />
    <circle class="k" cx="61" cy="46" r="4.6" />
    <path d="M34 67h28" />
  </>,
  <>
    <circle class="k" cx="35" cy="46" r="4.6" />
    <circle class="k" cx="61" cy="46" r="4.6" />
    <path d="M33 63c7 9 23 9 30 0" />
  </>,
  <>
    <path d="M27 46c3-6 11-6 14 0M55 46c3-6 11-6 14 0" />
    <path d="M27 58c5 22 37 22 42 0" />
  </>,
];

/** A pictogram by name; a name this page does not know is shown as `other`. */
export function Picture({ name }: { name: string }) {
  const drawing = Object.hasOwn(drawings, name) ? drawings[name]! : drawings['other']!;
  return (
    <svg
      class={`pic tone-${drawing.tone}${drawing.turns ? ' turns' : ''}`}
      viewBox="4 4 88 88"
      aria-hidden="true"
    >
      {drawing.lines}
    </svg>
  );
}

/** One of the five faces, 1 (sad) to 5 (glad); the order never changes. */
export function Face({ level }: { level: number }) {
  return (
    <svg class="pic" viewBox="4 6 88 88" aria-hidden="true">
      <circle class={`face-${level}`} cx="48" cy="50" r="41" />
      {faces[level - 1]}
    </svg>
  );
}

const icons: Record<string, { turns?: boolean; lines: ComponentChildren }> = {
  home: {
    lines: (
      <>
        <path d="M6 23 24 8l18 15" />
        <path d="M11 20v20h26V20" />
        <path d="M20 40V29h8v11" />
      </>
    ),
  },
  help: {
    lines: (
      <>
        <circle cx="18" cy="15" r="8" />
        <path d="M4 42c0-11 6-17 14-17s14 6 14 17" />
        <path d="M35 11a5 5 0 1 1 7 5c-2 1-3 2-3 5" />
        <circle class="k" cx="39" cy="28" r="2.6" />
      </>
    ),
  },
  leave: { turns: true, lines: <path d="M28 8H8v32h20M20 24h22M33 14l10 10-10 10" /> },
  back: { turns: true, lines: <path d="M42 24H8M22 9 7 24l15 15" /> },
  next: { turns: true, lines: <path d="M6 24h34M26 9l15 15-15 15" /> },
  tick: { lines: <path d="m8 25 11 11 21-24" /> },
  cross: { lines: <path d="M12 12l24 24M36 12 12 36" stroke-width="5" /> },
  erase: {
    turns: true,
    lines: (
      <>
        <path d="M16 9h26v30H16L4 24z" />
        <path d="m23 18 12 12M35 18 23 30" />
      </>
    ),
  },
  enter: { turns: true, lines: <path d="M40 10v18H10M20 17 9 28l11 11" /> },
  shift: { lines: <path d="M24 7 7 25h9v15h16V25h9z" /> },
  keys: {
    lines: (
      <>
        <rect x="4" y="10" width="40" height="28" rx="4" />
        <path d="M12 18h1M20 18h1M28 18h1M36 18h1M12 25h1M20 25h1M28 25h1M36 25h1M16 32h16" />
      </>
    ),
  },
  large: { lines: <path d="M4 38 15 10l11 28M8 29h14M30 38l7-18 7 18M33 32h8" /> },
  contrast: {
    lines: (
      <>
        <circle cx="24" cy="24" r="18" />
        <path class="k" d="M24 6a18 18 0 0 1 0 36z" />
      </>
    ),
  },
  offline: {
    lines: <path d="M13 37h22a9 9 0 0 0 3-17 14 14 0 0 0-22-9M11 18a10 10 0 0 0 2 19M6 6l36 36" />,
  },
  online: {
    lines: <path d="M13 37h22a9 9 0 0 0 2-17 14 14 0 0 0-26-2 10 10 0 0 0 2 19zM17 27l5 5 9-10" />,
  },
  warn: {
    lines: (
      <>
        <path d="M24 6 44 41H4zM24 19v10" />
        <circle class="k" cx="24" cy="35" r="2.4" />
      </>
    ),
  },
  more: { turns: true, lines: <path d="m18 9 15 15-15 15" /> },
  lock: { lines: <path d="M10 21h28v21H10zM16 21v-6a8 8 0 0 1 16 0v6" /> },
  box: { lines: <path d="M6 15 24 6l18 9v19L24 43 6 34zM6 15l18 9 18-9M24 24v19" /> },
  shield: {
    lines: (
      <>
        <path d="M24 5 40 11v12c0 10-7 16-16 20C15 39 8 33 8 23V11z" />
        <path d="m16 24 6 6 10-12" />
      </>
    ),
  },
  slip: { lines: <path d="M12 5h24v38l-6-4-6 4-6-4-6 4zM18 15h12M18 24h12" /> },
  disk: { lines: <path d="M8 6h26l7 7v29H8zM15 6v11h15V6M15 42V28h18v14" /> },
  clock: {
    lines: (
      <>
        <circle cx="24" cy="24" r="18" />
        <path d="M24 13v11l8 6" />
      </>
    ),
  },
  mail: { lines: <path d="M5 11h38v26H5zM5 13l19 14 19-14" /> },
};

export function Icon({ name }: { name: keyof typeof icons & string }) {
  const icon = icons[name]!;
  return (
    <svg class={`ico${icon.turns ? ' turns' : ''}`} viewBox="0 0 48 48" aria-hidden="true">
      {icon.lines}
    </svg>
  );
}

/** 回, a square inside a square: the mark. */
export function Mark() {
  return (
    <svg class="logo" viewBox="0 0 96 96" aria-hidden="true">
      <rect class="logo__out" x="6" y="6" width="84" height="84" rx="24" />
      <rect class="logo__in" x="31" y="31" width="34" height="34" rx="10" />
    </svg>
  );
}
