// SPDX-License-Identifier: Apache-2.0
// The live page changes in place; keys are copied. Everything is there without this, as of when the page was loaded.

const live = document.querySelector("#live");
const pulse = document.querySelector("#pulse");

// fragment makes elements of markup that the server has escaped.
function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

// morph makes one element like another without replacing what is the same, so that focus, selection and what is folded
// open stay as they are.
function morph(from, to) {
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !(name === "open" && from.localName === "details")) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  morphChildren(from, to);
}

function morphChildren(from, to) {
  let at = from.firstChild;
  for (const next of [...to.childNodes]) {
    const same = next.id ? [...from.children].find((child) => child.id === next.id) : undefined;
    if (same && same !== at) from.insertBefore(same, at);
    const old = same ?? at;
    if (!old || old.nodeType !== next.nodeType || old.nodeName !== next.nodeName || (old.id ?? "") !== (next.id ?? "")) {
      from.insertBefore(next, at);
      continue;
    }
    if (old.nodeType === Node.ELEMENT_NODE) {
      if (!old.isEqualNode(next)) morph(old, next);
    } else if (old.nodeValue !== next.nodeValue) {
      old.nodeValue = next.nodeValue;
    }
    at = old.nextSibling;
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

// show puts a payment into the list, in the order of time, or changes it where it is.
function show(rows, html, fresh) {
  const row = fragment(html).firstElementChild;
  const old = document.getElementById(row.id);
  if (old) {
    const changed = old.dataset.state !== row.dataset.state;
    morph(old, row);
    if (changed) mark(old, "changed");
    return;
  }
  let place = rows.firstElementChild;
  while (place && Number(place.dataset.key) > Number(row.dataset.key)) place = place.nextElementSibling;
  rows.insertBefore(row, place);
  if (fresh) mark(row, "fresh");
}

function mark(element, name) {
  element.classList.add(name);
  element.addEventListener("animationend", () => element.classList.remove(name), { once: true });
}

function take(message, fresh) {
  const rows = document.querySelector("#rows");
  for (const html of message.rows ?? []) show(rows, html, fresh);
  while (rows.childElementCount > Number(live.dataset.most)) rows.lastElementChild.remove();
  for (const [name, html] of Object.entries(message.panels ?? {})) {
    const panel = live.querySelector(`[data-panel="${name}"]`);
    const next = panel.cloneNode(false);
    next.append(fragment(html));
    morphChildren(panel, next);
  }
}

// watch listens while somebody looks, and goes on where it left off.
function watch() {
  let source = null;
  let last = "";
  let again = 0;

  const say = (on) => {
    if (!pulse) return;
    pulse.textContent = on ? live.dataset.watching : live.dataset.lost;
    pulse.className = on ? "pulse on" : "pulse off";
  };
  const close = () => {
    clearTimeout(again);
    source?.close();
    source = null;
  };
  const open = () => {
    close();
    const address = new URL(live.dataset.events, location.href);
    if (last) address.searchParams.set("after", last);
    source = new EventSource(address);
    source.onopen = () => say(true);
    source.onerror = () => {
      say(false);
      if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, 5000);
    };
    source.addEventListener("change", (event) => {
      last = event.lastEventId;
      take(JSON.parse(event.data), true);
    });
    source.addEventListener("snapshot", (event) => {
      last = event.lastEventId;
      document.querySelector("#rows").replaceChildren();
      take(JSON.parse(event.data), false);
    });
  };

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  if (!document.hidden) open();
}

// A wallet is made to fail without leaving the page. Where that does not work the form does it, and shows why not.
function misbehave(form) {
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button?.value || form.dataset.plain) return;
    event.preventDefault();
    const body = new URLSearchParams([[button.name, button.value]]);
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
    if (answer?.type !== "opaqueredirect") {
      form.dataset.plain = "yes";
      form.requestSubmit(button);
    }
  });
}

function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  const name = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = source.value ?? source.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without the right to the clipboard, the text is selected for the person to copy.
      if (source.select) source.select();
      else getSelection().selectAllChildren(source);
      return;
    }
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = name), 1500);
  });
}

if (live) {
  watch();
  live.querySelectorAll("form").forEach(misbehave);
}
document.querySelectorAll("[data-copy]").forEach(copy);
