// Passkeys (W3C Web Authentication Level 3 §5.1): a form with data-passkey asks
// for the options at data-options, has the browser "get" or "create" an answer,
// and is then sent like any other.
'use strict';
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
  const text = buffer => btoa(Array.from(new Uint8Array(buffer), b => String.fromCharCode(b)).join('')).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const keys = list => list?.map(k => ({ ...k, id: bytes(k.id) }));

  function wanted(kind, o) {
    o.challenge = bytes(o.challenge);
    if (kind === 'get') return { ...o, allowCredentials: keys(o.allowCredentials) };
    return { ...o, user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: keys(o.excludeCredentials) };
  }

  function told(kind, c) {
    const r = c.response, out = { clientDataJSON: text(r.clientDataJSON) };
    if (kind === 'get') {
      out.authenticatorData = text(r.authenticatorData);
      out.signature = text(r.signature);
      if (r.userHandle) out.userHandle = text(r.userHandle);
    } else {
      out.attestationObject = text(r.attestationObject);
      out.transports = r.getTransports?.() ?? [];
    }
    return { id: c.id, rawId: text(c.rawId), type: c.type, authenticatorAttachment: c.authenticatorAttachment ?? undefined, clientExtensionResults: c.getClientExtensionResults(), response: out };
  }

  async function answer(form) {
    const kind = form.dataset.passkey;
    const reply = await fetch(form.dataset.options, { method: 'POST', headers: { Accept: 'application/json' } });
    if (reply.status === 403 && form.dataset.proof) return location.assign(form.dataset.proof);
    if (reply.status === 429) throw new Error('There were too many tries. Wait a minute and try again.');
    if (!reply.ok || !reply.headers.get('Content-Type').startsWith('application/json')) return location.reload();
    const { options, ticket } = await reply.json();
    const made = await navigator.credentials[kind]({ publicKey: wanted(kind, options.publicKey) });
    form.elements.ticket.value = ticket;
    form.elements.answer.value = JSON.stringify(told(kind, made));
    form.submit();
  }

  const words = {
    NotAllowedError: 'No passkey was used. Try again, or go on in another way.',
    InvalidStateError: 'This device has a passkey for your account already.',
    SecurityError: 'Passkeys do not work at this address.',
  };
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.hidden = false;
    const problem = form.querySelector('[role=alert]');
    form.addEventListener('submit', async e => {
      e.preventDefault();
      const button = form.querySelector('button');
      button.disabled = true;
      problem.hidden = true;
      try {
        await answer(form);
      } catch (err) {
        problem.textContent = words[err.name] ?? (err.constructor === Error ? err.message : 'The passkey could not be used. Try again.');
        problem.hidden = false;
      }
      button.disabled = false;
    });
  }
  for (const el of document.querySelectorAll('[data-passkey-only]')) el.hidden = false;
})();
