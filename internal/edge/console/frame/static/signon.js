// Signing in through an identity provider: a form with data-submit is sent at
// once; one with data-fragment reads the workspace from behind the # of the
// address, which the server never sees, and goes on there.
'use strict';
(() => {
  document.querySelector('form[data-submit]')?.submit();

  const ask = document.querySelector('form[data-fragment]');
  function follow() {
    let slug = location.hash.replace(/^#[/!]*/, '').trim();
    try {
      slug = decodeURIComponent(slug);
    } catch {
      // as it was typed
    }
    if (!ask || !slug || slug === 'content') return;
    const to = ask.elements.to?.value;
    location.replace(ask.dataset.fragment + encodeURIComponent(slug) + (to ? '?to=' + encodeURIComponent(to) : ''));
  }
  addEventListener('hashchange', follow);
  follow();
})();
