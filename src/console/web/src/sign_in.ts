// The sign-in page.

import { ApiError, sign_in, type Session } from "./api";
import { el, field } from "./dom";

function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return `${error}`;
  if (error.status === 401) return "That name and password do not match. Check both and try again.";
  if (error.status === 429 || error.status === 403)
    return "Too many attempts. Wait a quarter of an hour, then try again.";
  return error.message;
}

export function sign_in_page(reason: string, signed_in: (session: Session) => void): HTMLElement {
  const message = el("p", { class: "form-error", text: reason, attributes: { role: "alert" } });
  const submit = el("button", { class: "button primary wide", text: "Sign in", attributes: { type: "submit" } });
  const name = field("User name", {
    id: "login",
    autocomplete: "username",
    autocapitalize: "none",
    spellcheck: "false",
    required: "",
  });
  const password = field(
    "Password",
    { id: "password", type: "password", autocomplete: "current-password", required: "" },
    "The first start prints it and keeps it in the file “credentials” of the data folder. The first user is “admin”.",
  );
  const login_input = name.querySelector("input")!;
  const password_input = password.querySelector("input")!;
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    message.textContent = "";
    submit.disabled = true;
    try {
      signed_in(await sign_in(login_input.value.trim(), password_input.value));
    } catch (error) {
      message.textContent = explain(error);
      password_input.select();
    } finally {
      submit.disabled = false;
    }
  };
  const icon = el("img", { attributes: { src: "/static/icon.svg", alt: "", width: "48", height: "48" } });
  queueMicrotask(() => login_input.focus());
  return el(
    "main",
    "sign-in",
    el(
      "form",
      { class: "card", on: { submit: send } },
      icon,
      el("h1", { text: "Thingtank" }),
      el("p", { class: "muted", text: "Sign in to see your devices." }),
      message,
      name,
      password,
      submit,
    ),
  );
}
