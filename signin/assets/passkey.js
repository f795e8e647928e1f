// SPDX-License-Identifier: Apache-2.0
// Passkeys. Without this, or without them, the pages offer password and code alone.

const wrong = document.querySelector("#passkey-wrong");

function toBytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0));
}

function toText(buffer) {
  let plain = "";
  for (const b of new Uint8Array(buffer)) plain += String.fromCharCode(b);
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const listed = (list) => (list ?? []).map((c) => ({ ...c, id: toBytes(c.id) }));

// The options come as the standard writes them in JSON: bytes in base64url.
function parsed(kind, options) {
  const key = { ...options, challenge: toBytes(options.challenge) };
  if (kind === "get") return { publicKey: { ...key, allowCredentials: listed(options.allowCredentials) } };
  return {
    publicKey: {
      ...key,
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: listed(options.excludeCredentials),
    },
  };
}

function written(credential) {
  const { response } = credential;
  const out = { clientDataJSON: toText(response.clientDataJSON) };
  if (response.attestationObject) {
    out.attestationObject = toText(response.attestationObject);
    out.transports = response.getTransports?.() ?? [];
  } else {
    out.authenticatorData = toText(response.authenticatorData);
    out.signature = toText(response.signature);
    if (response.userHandle) out.userHandle = toText(response.userHandle);
  }
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: {},
    response: out,
  };
}

async function send(address, data) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(data),
  });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.wrong ?? answer.statusText);
  return body;
}

async function run(button) {
  const { passkey: kind, ask, to } = button.dataset;
  const fields = button.form ? new FormData(button.form) : new FormData();
  const data = {};
  for (const name of ["name", "shown"]) if (fields.has(name)) data[name] = fields.get(name);
  wrong.hidden = true;
  button.disabled = true;
  try {
    const { token, options } = await send(`${ask}/ask`, data);
    const credential = await navigator.credentials[kind](parsed(kind, options));
    const next = await send(`${ask}/answer`, { token, to, response: written(credential) });
    location.assign(next.to);
  } catch (cause) {
    button.disabled = false;
    if (cause.name === "NotAllowedError" || cause.name === "AbortError") return; // the person turned back
    wrong.textContent = cause.name === "InvalidStateError" ? button.dataset.known : cause.message;
    wrong.hidden = false;
  }
}

if (window.PublicKeyCredential) {
  for (const line of document.querySelectorAll("[data-passkey-only]")) line.hidden = false;
  for (const button of document.querySelectorAll("button[data-passkey]")) {
    button.hidden = false;
    button.addEventListener("click", () => run(button));
  }
}
