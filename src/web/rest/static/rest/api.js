// The browsable API: methods that forms of HTML do not have, and raw bodies.  The page works
// without it as far as GET and POST go.
"use strict";

// Shows the page that came back as if the browser had gone there.
function show(html, url) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.title = page.title;
  document.body.replaceWith(document.adoptNode(page.body));
  if (url) history.replaceState(null, "", url);
  window.scrollTo(0, 0);
}

async function send(form, method, headers, body) {
  const buttons = form.querySelectorAll("button");
  buttons.forEach((button) => (button.disabled = true));
  try {
    const response = await fetch(form.getAttribute("action"), {
      method,
      body,
      credentials: "same-origin",
      headers: { Accept: "text/html", "X-CSRFToken": document.body.dataset.csrf, ...headers },
    });
    show(await response.text());
  } catch (error) {
    alert("The server did not answer: " + error.message);
    buttons.forEach((button) => (button.disabled = false));
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if ("raw" in form.dataset) {
    event.preventDefault();
    const method = event.submitter?.dataset.method ?? "POST";
    send(form, method, { "Content-Type": form.elements.type.value }, form.elements.body.value);
    return;
  }
  const method = form.dataset.method;
  if (!method) return;
  event.preventDefault();
  if (form.dataset.confirm && !confirm(form.dataset.confirm)) return;
  const has_body = method === "PUT" || method === "PATCH";
  send(form, method, {}, has_body ? new URLSearchParams(new FormData(form)) : undefined);
});

// A menu closes when something else is chosen.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll("details.menu[open]").forEach((menu) => (menu.open = false));
});
