// Brings the conversation in as it happens, and spares reloads: forms are sent
// beside the page, and of what the server then shows the live parts are taken
// over. Everything works without this script, by forms and links alone.
'use strict';
(() => {
  const id = name => document.getElementById(name);
  const body = document.body;

  // Taking over what the server shows now: the parts marked data-live, but none
  // in which somebody is typing. Focus and what was opened stay.
  function typing(part) {
    const at = document.activeElement;
    return part.contains(at) && at.matches('input:not([type=checkbox]), textarea, select');
  }
  function take(next, parts = '[data-live]') {
    if (Number(next.body.dataset.version) < Number(body.dataset.version)) return; // overtaken
    const focus = document.activeElement?.id;
    for (const part of document.querySelectorAll(parts)) {
      const fresh = next.getElementById(part.id);
      if (!fresh || part.isEqualNode(fresh) || typing(part)) continue;
      for (const open of part.querySelectorAll('details[open][id]')) fresh.querySelector('#' + CSS.escape(open.id))?.setAttribute('open', '');
      part.replaceWith(fresh);
    }
    body.dataset.version = next.body.dataset.version;
    if (focus && document.activeElement === body) {
      const again = id(focus) ?? id({ 'b-start': 'b-stop', 'b-stop': 'b-start', 'b-later': 'b-stop', 'b-restart': 'b-stop', 'b-test': 'b-stop' }[focus]) ?? id('content');
      again.focus({ preventScroll: true });
    }
  }

  const parse = html => new DOMParser().parseFromString(html, 'text/html');
  const same = address => new URL(address).pathname === location.pathname;

  let fetching = false, again = false;
  async function refresh() {
    again = true;
    if (fetching) return;
    fetching = true;
    try {
      while (again) {
        again = false;
        const here = new URL(location.href);
        here.hash = '';
        const answer = await fetch(here, { cache: 'no-store', signal: AbortSignal.timeout(10000) });
        if (answer.ok) take(parse(await answer.text()), '[data-live]:not(#note)');
      }
    } catch {
      tell(false);
    } finally {
      fetching = false;
    }
  }

  // Forms. What the server answers is the page that one is led to.
  document.addEventListener('submit', async e => {
    const form = e.target, button = e.submitter;
    if (form.method !== 'post' || button?.getAttribute('aria-busy')) return;
    e.preventDefault();
    button?.setAttribute('aria-busy', 'true');
    const fields = new URLSearchParams(new FormData(form, button));
    try {
      const answer = await fetch(button?.hasAttribute('formaction') ? button.formAction : form.action, { method: 'POST', body: fields });
      const html = await answer.text(), next = parse(html);
      if (!next.getElementById('content')) return warn(html);
      if (answer.redirected && !same(answer.url)) return location.assign(answer.url);
      if (!answer.ok) {
        // Something typed is wrong: the whole form comes back, with the reason.
        form.replaceWith(next.querySelector(`form[action="${form.getAttribute('action')}"]`));
        return document.querySelector('[aria-invalid]')?.focus();
      }
      history.replaceState(null, '', answer.url);
      if (form.closest('details.add')) {
        form.replaceWith(next.querySelector(`form[action="${form.getAttribute('action')}"]`));
        id('add').open = false;
        id('add').querySelector('summary').focus();
      }
      take(next);
      if (button?.id === 'b-clear') empty();
    } catch {
      warn('The lab does not answer. Is it still running?');
    } finally {
      button?.removeAttribute('aria-busy');
    }
  });

  function warn(words) {
    const p = document.createElement('p');
    p.className = 'notice bad';
    p.textContent = words;
    id('note').replaceChildren(p);
  }

  // The conversation: new requests above, at most so many, and what is being
  // read does not move.
  const list = id('talk'), most = Number(list.dataset.most), scroll = list.closest('.scroll');
  function hear(e) {
    const at = e.data.indexOf('\n');
    const fresh = parse('<ol>' + e.data.slice(at) + '</ol>').querySelectorAll('body > ol > li');
    const moved = scroll.scrollTop > 0 ? scroll.scrollHeight : 0;
    for (const item of fresh) item.classList.add('new');
    list.prepend(...fresh);
    while (list.children.length > most) list.lastElementChild.remove();
    if (moved) scroll.scrollTop += scroll.scrollHeight - moved;
    id('talk-count').textContent = e.data.slice(0, at);
    body.dataset.last = e.lastEventId;
  }
  function empty() {
    list.replaceChildren();
    id('talk-count').textContent = '0';
    id('talk-cut').textContent = '';
  }

  function step(e) {
    const at = JSON.parse(e.data), bar = id('job-bar');
    if (!bar) return;
    bar.max = at.Total || 1;
    bar.value = at.Done;
    id('job-step').textContent = at.Words;
  }

  // The stream. It rests while nobody looks.
  let source, retry;
  function listen() {
    hangUp();
    source = new EventSource('/events?after=' + body.dataset.last);
    source.onopen = () => tell(true);
    source.addEventListener('talk', hear);
    source.addEventListener('job', step);
    source.addEventListener('page', e => e.data !== body.dataset.version && refresh());
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
    const link = id('link');
    link.hidden = false;
    link.className = 'link ' + (live ? 'good' : 'wait');
    const words = live ? 'Live' : 'Not connected, trying again';
    if (link.textContent !== words) link.textContent = words;
  }
  document.addEventListener('visibilitychange', () => document.hidden ? hangUp() : listen());
  addEventListener('pagehide', hangUp);
  addEventListener('pageshow', e => e.persisted && listen());
  if (!document.hidden) listen();
})();
