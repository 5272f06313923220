// The office's web page: starts the store, then shows the gate or the pages behind it.
import { effect } from '@preact/signals';
import { render } from 'preact';
import { lang, t } from './core/i18n';
import { followAddress, route } from './core/route';
import { session, signedIn, start } from './core/store';
import { Devices } from './pages/devices';
import { Help } from './pages/help';
import { Inbox } from './pages/inbox';
import { People } from './pages/people';
import { FirstPassword, SignIn } from './pages/sign_in';
import './styles/tokens.css';
import './styles/office.css';
import { listenForKeys } from './ui/keys';

function Page() {
  const administrator = session.value?.person.role === 'administrator';
  if (route.value.page === 'devices') return <Devices />;
  if (route.value.page === 'people' && administrator) return <People />;
  return <Inbox />;
}

function App() {
  if (session.value === undefined) return <p class="empty">{t('loading')}</p>;
  if (session.value === null) return <SignIn />;
  if (!signedIn.value) return <FirstPassword />;
  return (
    <>
      <Page />
      <Help />
    </>
  );
}

effect(() => {
  document.documentElement.lang = lang.value === 'zh' ? 'zh-Hans' : 'en';
  document.title = `${t(session.value ? `nav.${route.value.page}` : 'signin.title')} · ${t('brand')}`;
});
followAddress();
listenForKeys();
void start();
render(<App />, document.getElementById('app')!);
