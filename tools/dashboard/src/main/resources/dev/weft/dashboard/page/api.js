// The operator API as the page uses it. The session is a cookie that scripts cannot read.

export class NotLoggedIn extends Error {}

export async function get(path) {
  const response = await fetch('/api/v1/' + path, {
    headers: { accept: 'application/json' }, credentials: 'same-origin', cache: 'no-store',
    signal: AbortSignal.timeout(8000),
  });
  if (response.status === 401 || response.status === 403) throw new NotLoggedIn();
  if (!response.ok) throw new Error(path + ' answered ' + response.status);
  return response.json();
}

export async function login(token) {
  const response = await fetch('/api/v1/session', {
    method: 'POST', headers: { 'content-type': 'application/json' }, credentials: 'same-origin',
    body: JSON.stringify({ token }),
  });
  return response.ok;
}

/** The token of an address such as /#token=…: used once and taken out of the address and the history. */
export function tokenFromAddress() {
  const match = /^#token=(.+)$/.exec(location.hash);
  if (!match) return null;
  history.replaceState(null, '', location.pathname);
  return decodeURIComponent(match[1]);
}
