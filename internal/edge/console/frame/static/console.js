// What pages do beyond links and forms: copy buttons, times that go on, a guard
// for what was typed and not saved, and elements that follow the server.
'use strict';
(() => {
  const units = [[86400, 'day'], [3600, 'hour'], [60, 'minute'], [1, 'second']];
  function ago(seconds, fine) {
    if (seconds < 2 || (seconds < 60 && !fine)) return 'just now';
    const [size, unit] = units.find(([size]) => seconds >= size);
    const n = Math.floor(seconds / size);
    return `${n.toLocaleString('en')} ${unit}${n === 1 ? '' : 's'} ago`;
  }
  const exact = zone => new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', ...zone });
  const here = exact({}), utc = exact({ timeZone: 'UTC' });
  function times(root) {
    for (const t of root.querySelectorAll('time[datetime]')) {
      const at = new Date(t.dateTime), seconds = (Date.now() - at) / 1000;
      t.title = `${here.format(at)} your time, ${utc.format(at)} UTC`;
      if (seconds > 0 && t.firstChild && / ago$|^just now$/.test(t.firstChild.data)) t.firstChild.data = ago(seconds, 'fine' in t.dataset);
    }
  }

  function prepare(root) {
    for (const b of root.querySelectorAll('[data-copy], [data-script]')) b.hidden = false;
    times(root);
  }

  document.addEventListener('click', async e => {
    const b = e.target.closest('[data-copy]');
    if (!b) return;
    const from = document.getElementById(b.dataset.copy), word = b.querySelector('span');
    from.select();
    try {
      await navigator.clipboard.writeText(from.value);
    } catch {
      document.execCommand('copy');
    }
    word.textContent = 'Copied';
    setTimeout(() => { word.textContent = 'Copy'; }, 2000);
  });

  // A form that was changed and not sent asks before it is left.
  const changed = () => [...document.querySelectorAll('form[data-guard]')].some(f => 'changed' in f.dataset);
  document.addEventListener('input', e => {
    const f = e.target.form;
    if (f && 'guard' in f.dataset) f.dataset.changed = '';
  });
  document.addEventListener('submit', e => {
    for (const f of document.querySelectorAll('form[data-guard]')) if (f === e.target) delete f.dataset.changed;
    if (e.submitter?.dataset.confirm && !confirm(e.submitter.dataset.confirm)) e.preventDefault();
  });
  addEventListener('beforeunload', e => { if (changed()) e.preventDefault(); });

  // Elements with data-live follow the stream at that address: at each change the
  // page is fetched again, and the element with the same id takes its place.
  const streams = new Map();
  async function refresh(address) {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    if (!answer.ok || answer.redirected) return location.reload();
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const el of document.querySelectorAll('[data-live]')) {
      if (el.dataset.live !== address || el.contains(document.activeElement) && document.activeElement.matches('input, select, textarea')) continue;
      const other = next.getElementById(el.id);
      if (!other) continue;
      prepare(other);
      if (other.isEqualNode(el)) continue;
      other.classList.add('new');
      el.replaceWith(other);
    }
  }
  function follow() {
    for (const el of document.querySelectorAll('[data-live]')) {
      const address = el.dataset.live;
      if (streams.has(address)) continue;
      const s = new EventSource(address);
      // The first event, too: something may have changed since the page was made.
      s.addEventListener('change', () => refresh(address));
      s.addEventListener('open', () => document.documentElement.dataset.following = '');
      streams.set(address, s);
    }
  }

  document.addEventListener('DOMContentLoaded', () => {
    prepare(document);
    follow();
    document.getElementById('problem')?.focus();
    setInterval(() => times(document), 20000);
  });
  document.addEventListener('htmx:after:swap', () => prepare(document));
})();
