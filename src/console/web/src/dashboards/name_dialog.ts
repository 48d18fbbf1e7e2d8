// Asks for a name.

import { field } from "../dom";
import { open_modal } from "./modal";

export function ask_for_name(title: string, name: string, submit: string, apply: (name: string) => Promise<void>): void {
  const wrapper = field("Name", { id: "dashboard-name", required: "", maxlength: "100", autocomplete: "off" });
  const input = wrapper.querySelector("input")!;
  input.value = name;
  open_modal({ title, content: [wrapper], submit, apply: () => apply(input.value.trim()) });
  input.select();
}
