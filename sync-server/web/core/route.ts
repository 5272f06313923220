// The address after the hash: which page, and which case is selected.
import { signal } from '@preact/signals';

export type Page = 'inbox' | 'devices' | 'people';
export type Route = { page: Page; caseId: string | null };

export function parseRoute(hash: string): Route {
  const [page, rest] = hash.replace(/^#\/?/, '').split('/');
  if (page === 'devices' || page === 'people') return { page, caseId: null };
  const caseId = rest && /^[0-9a-f]{16}$/.test(rest) ? rest : null;
  return { page: 'inbox', caseId };
}

export function hashOf(route: Route): string {
  return route.caseId === null ? `#/${route.page}` : `#/${route.page}/${route.caseId}`;
}

export const route = signal<Route>({ page: 'inbox', caseId: null });

export function followAddress(): void {
  const read = (): void => {
    route.value = parseRoute(location.hash);
  };
  window.addEventListener('hashchange', read);
  read();
}

/** Moving along the list replaces the address, so that "back" leaves the list in one step. */
export function go(next: Route, replace = false): void {
  const hash = hashOf(next);
  if (replace) history.replaceState(null, '', hash);
  else if (location.hash !== hash) history.pushState(null, '', hash);
  route.value = next;
}
