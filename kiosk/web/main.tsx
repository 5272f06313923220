/** The touch page. */
import '../../shared/web/ui/tokens.css';
import './css/base.css';
import './css/shell.css';
import './css/screens.css';
import './css/pictures.css';
import './css/languages.css';

import { effect } from '@preact/signals';
import { render } from 'preact';
import type { ComponentType } from 'preact';

import { htmlLanguage } from '../../shared/web/core/i18n.ts';
import { AskRating, AskSolved, EnterCode, ShowAnswer, Waiting } from './screens/hear.tsx';
import { ChooseCategory, ChooseFeeling, Confirm, Receipt, WriteText } from './screens/say.tsx';
import { SetUp } from './screens/setup.tsx';
import {
  Attract,
  ChooseLanguage,
  Drop,
  Help,
  Home,
  Keep,
  Lost,
  StillThere,
  Thanks,
} from './screens/start.tsx';
import {
  busy,
  checkIdle,
  largeText,
  lost,
  moreContrast,
  poll,
  pollMs,
  screen,
  secondsLeft,
  showsReceipt,
  status,
  touched,
} from './state.ts';
import type { Screen } from './state.ts';
import { language, pseudo } from './texts.ts';

const screens: Record<Screen, ComponentType> = {
  setup: SetUp,
  attract: Attract,
  language: ChooseLanguage,
  home: Home,
  help: Help,
  category: ChooseCategory,
  feeling: ChooseFeeling,
  text: WriteText,
  confirm: Confirm,
  receipt: Receipt,
  keep: Keep,
  code: EnterCode,
  waiting: Waiting,
  answer: ShowAnswer,
  solved: AskSolved,
  rating: AskRating,
  thanks: Thanks,
  drop: Drop,
};

/** What is all here already, or being waited for, is not covered up when the daemon is silent. */
const needsDaemon = () => !showsReceipt() && !busy.value;

function Page() {
  if (secondsLeft.value !== null) return <StillThere />;
  if (!status.value || (lost.value && needsDaemon())) return <Lost />;
  const Now = screens[screen.value];
  return <Now key={screen.value} />;
}

function followSwitches() {
  const { lang, dir } = htmlLanguage(language.value);
  const root = document.documentElement;
  root.lang = lang;
  root.dir = dir;
  root.dataset['text'] = largeText.value ? 'large' : 'normal';
  root.dataset['contrast'] = moreContrast.value ? 'more' : 'normal';
}

function listen() {
  for (const name of ['pointerdown', 'keydown', 'input'] as const)
    window.addEventListener(name, touched, { capture: true, passive: true });
  // A long press opens a menu that leads out of the page; a drag carries text away.
  for (const name of ['contextmenu', 'dragstart', 'drop'] as const)
    window.addEventListener(name, (event) => event.preventDefault());
}

if (pseudo && new URLSearchParams(location.search).get('lang') === 'xr') language.value = 'xr';
effect(followSwitches);
listen();
await poll();
setInterval(() => void poll(), pollMs);
setInterval(checkIdle, 250);
render(<Page />, document.getElementById('app')!);
