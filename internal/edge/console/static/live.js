// Keeps the live page as the workspace is. The server says "something changed";
// the page then fetches its own content and takes over what differs. Nodes that
// stay the same are never touched, so that focus, selection and the place one
// is reading at stay.
'use strict';
(() => {
  const path = name => new URL(name, location.href).pathname;
  const page = () => document.getElementById('page');
  const units = [[86400, 'day'], [3600, 'hour'], [60, 'minute'], [1, 'second']];
  const skew = Number(page().dataset.now) - Date.now(); // the server's clock is the one that counts

  // Times: the words that the server writes too, and the exact time in the
  // reader's zone and in UTC.
  function ago(seconds, fine) {
    if (seconds < 2 || (seconds < 60 && !fine)) return 'just now';
    const [size, unit] = units.find(([size]) => seconds >= size);
    const n = Math.floor(seconds / size);
    return `${n.toLocaleString('en')} ${unit}${n === 1 ? '' : 's'} ago`;
  }
  const exact = zone => new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', ...zone });
  const here = exact({}), utc = exact({ timeZone: 'UTC' });
  function tick(root) {
    for (const t of root.querySelectorAll('time')) {
      const words = ago((Date.now() + skew - Date.parse(t.dateTime)) / 1000, 'fine' in t.dataset);
      if (t.firstChild.data !== words) t.firstChild.data = words;
    }
  }
  function prepare(root) {
    for (const t of root.querySelectorAll('time')) {
      const at = new Date(t.dateTime);
      t.title = `${here.format(at)} your time, ${utc.format(at)} UTC`;
    }
    for (const b of root.querySelectorAll('button[data-copy]')) b.hidden = false;
    tick(root);
  }

  // Taking over: element by element, rows by their keys.
  const key = n => n.dataset?.key;
  function take(now, next) {
    if (now.isEqualNode(next) || now.dataset?.own !== undefined) return;
    if (now.nodeName !== next.nodeName) return now.replaceWith(next);
    if (now.nodeType !== Node.ELEMENT_NODE) {
      now.data = next.data;
      return;
    }
    for (const a of [...now.attributes]) if (!next.hasAttribute(a.name) && a.name !== 'aria-busy') now.removeAttribute(a.name);
    for (const a of next.attributes) if (now.getAttribute(a.name) !== a.value) now.setAttribute(a.name, a.value);
    takeChildren(now, next);
  }
  function takeChildren(now, next) {
    const wanted = new Set([...next.children].map(key));
    const rows = new Map();
    for (const c of [...now.children]) {
      if (key(c) === undefined) continue;
      if (wanted.has(key(c))) rows.set(key(c), c);
      else c.remove();
    }
    let at = now.firstChild;
    for (const want of [...next.childNodes]) {
      const keyed = key(want) !== undefined;
      const have = keyed ? rows.get(key(want)) : at && key(at) === undefined ? at : undefined;
      if (!have) {
        now.insertBefore(want, at);
        if (keyed) want.classList.add('new');
        continue;
      }
      if (have === at) at = at.nextSibling;
      else now.insertBefore(have, at);
      take(have, want);
    }
    while (at) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
  }

  // What is being read must not move: when the reader has scrolled down, or has
  // selected something, the first row in view keeps its place in the window.
  function anchor() {
    const reading = !getSelection().isCollapsed && page().contains(getSelection().anchorNode);
    if (scrollY === 0 && !reading) return () => {};
    const row = [...page().querySelectorAll('[data-key]')].find(r => key(r) !== 'table' && r.getBoundingClientRect().top >= 0);
    if (!row) return () => {};
    const before = row.getBoundingClientRect().top;
    return () => row.isConnected && scrollBy({ top: row.getBoundingClientRect().top - before, behavior: 'instant' });
  }

  // The line of state is read aloud once it has been calm for a second.
  let calm;
  function hush(next) {
    const words = root => root.querySelector('#state span').textContent;
    if (words(page()) === words(next)) return;
    document.getElementById('state').setAttribute('aria-busy', 'true');
    clearTimeout(calm);
    calm = setTimeout(() => document.getElementById('state').removeAttribute('aria-busy'), 1000);
  }

  function swap(html) {
    const next = new DOMParser().parseFromString(html, 'text/html').getElementById('page');
    if (!next) throw new Error('not the page');
    prepare(next);
    hush(next);
    const keep = anchor();
    take(page(), next);
    keep();
  }

  let fetching = false, again = false;
  async function refresh() {
    again = true;
    if (fetching) return;
    fetching = true;
    try {
      while (again) {
        again = false;
        const answer = await fetch(path('main'), { cache: 'no-store', signal: AbortSignal.timeout(10000) });
        if (!answer.ok) throw new Error(answer.status);
        swap(await answer.text());
      }
    } catch {
      tell(false);
      setTimeout(refresh, 2000);
    } finally {
      fetching = false;
    }
  }

  // The stream. It rests while nobody looks.
  let source, retry;
  function listen() {
    hangUp();
    source = new EventSource(path('changes'));
    source.addEventListener('change', e => {
      tell(true);
      if (e.data !== page().dataset.version) refresh();
    });
    source.onerror = () => {
      tell(false);
      if (source.readyState === EventSource.CLOSED) retry = setTimeout(listen, 5000);
    };
  }
  function hangUp() {
    clearTimeout(retry);
    source?.close();
  }
  function tell(live) {
    const link = document.getElementById('link');
    link.hidden = false;
    link.className = 'link ' + (live ? 'good' : 'wait');
    const words = live ? 'Live' : 'Not connected, trying again';
    if (link.textContent !== words) link.textContent = words;
  }
  document.addEventListener('visibilitychange', () => document.hidden ? hangUp() : listen());
  addEventListener('pagehide', hangUp);
  addEventListener('pageshow', e => e.persisted && listen());

  document.addEventListener('click', async e => {
    const button = e.target.closest('button[data-copy]');
    if (!button) return;
    const field = document.getElementById(button.dataset.copy), words = button.querySelector('span');
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.select();
      document.execCommand('copy');
    }
    words.textContent = 'Copied';
    setTimeout(() => { words.textContent = 'Copy'; }, 2000);
  });

  prepare(document);
  setInterval(() => document.hidden || tick(document), 1000);
  if (!document.hidden) listen();
})();
