// Makes the admin's pages quicker to use; every page works without it.
"use strict";

(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const phone = window.matchMedia("(max-width: 860px)");

  function make(name, properties = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key in element) element[key] = value;
      else element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  }

  // --- "/" goes to the search field ---
  function search_key() {
    const field = one("[data-hotkey='/']");
    if (!field) return;
    document.addEventListener("keydown", (event) => {
      const is_typing = event.target.closest("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || is_typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      field.focus();
      field.select();
    });
  }

  // --- filters are folded on a phone ---
  function fold() {
    for (const details of all("[data-fold]")) {
      if (phone.matches && !one(".selected[href]:not(li:first-child .selected)", details)) {
        details.open = false;
      }
    }
  }

  // --- choosing rows for an action ---
  function selection() {
    const form = one("#changelist-form");
    const toggle = one("#action-toggle");
    if (!form || !toggle) return;
    const boxes = all(".action-select", form);
    const counter = one("[data-counter]", form);
    const across = one("[data-across]", form);
    const chosen = one("[data-across-chosen]", form);
    const across_field = one("[name=select_across]", form);
    let last = null;
    toggle.hidden = false;

    function show() {
      const count = boxes.filter((box) => box.checked).length;
      const is_all = count === boxes.length && count > 0;
      if (!is_all) across_field.value = "0";
      const is_across = across_field.value === "1";
      toggle.checked = is_all;
      toggle.indeterminate = count > 0 && !is_all;
      counter.hidden = is_across;
      counter.textContent = `${count} of ${boxes.length} selected`;
      across.hidden = !is_all || is_across;
      chosen.hidden = !is_across;
    }
    toggle.addEventListener("change", () => {
      for (const box of boxes) box.checked = toggle.checked;
      show();
    });
    for (const box of boxes) {
      box.addEventListener("click", (event) => {
        if (event.shiftKey && last) {
          const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
          for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
        }
        last = box;
        show();
      });
    }
    one("[data-across-on]", form)?.addEventListener("click", () => {
      across_field.value = "1";
      show();
    });
    one("[data-across-off]", form)?.addEventListener("click", () => {
      for (const box of boxes) box.checked = false;
      show();
    });
    show();
  }

  // --- many of many: two lists with a filter each ---
  function double_list(select) {
    const title = select.labels[0]?.textContent.replace(/:$/, "") ?? "";
    const options = [...select.options];
    const side = (text) => {
      const filter = make("input", { type: "search", placeholder: "Filter", "aria-label": `Filter ${text}` });
      const list = make("select", { multiple: true, "aria-label": text });
      return { filter, list, box: make("div", { className: "side" }, make("strong", {}, text), filter, list) };
    };
    const available = side(`Available ${title.toLowerCase()}`);
    const chosen = side(`Chosen ${title.toLowerCase()}`);

    function fill() {
      for (const [part, selected] of [[available, false], [chosen, true]]) {
        const words = part.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
        const fitting = options.filter((option) =>
          option.selected === selected &&
          words.every((word) => option.textContent.toLowerCase().includes(word)));
        part.list.replaceChildren(...fitting.map((option) =>
          make("option", { value: option.value }, option.textContent)));
      }
    }
    function move(from, selected) {
      const values = new Set([...from.list.selectedOptions].map((option) => option.value));
      for (const option of options) if (values.has(option.value)) option.selected = selected;
      fill();
    }
    const add = make("button", { type: "button", className: "button small" }, "Choose");
    const remove = make("button", { type: "button", className: "button small" }, "Remove");
    add.addEventListener("click", () => move(available, true));
    remove.addEventListener("click", () => move(chosen, false));
    available.list.addEventListener("dblclick", () => move(available, true));
    chosen.list.addEventListener("dblclick", () => move(chosen, false));
    for (const [part, selected] of [[available, true], [chosen, false]]) {
      part.filter.addEventListener("input", fill);
      part.filter.addEventListener("keydown", (event) => {
        if (event.key === "Enter") event.preventDefault();
      });
      part.list.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        move(part, selected);
      });
    }
    select.hidden = true;
    select.after(make("div", { className: "double" }, available.box,
      make("div", { className: "moves" }, add, remove), chosen.box));
    fill();
  }

  // --- a relation with many rows: rows are offered as one types ---
  function autocomplete(field) {
    const list = make("ul", { role: "listbox", id: `${field.id}_list`, hidden: true });
    const text = make("input", {
      type: "text", value: field.dataset.text ?? "", autocomplete: "off", role: "combobox",
      "aria-controls": list.id, "aria-expanded": "false", "aria-autocomplete": "list",
      placeholder: "Type to search",
    });
    const label = field.labels[0];
    let index = -1;
    let asked = 0;
    text.id = `${field.id}_text`;
    if (label) label.htmlFor = text.id;
    field.type = "hidden";
    field.after(make("div", { className: "combo" }, text, list));

    const items = () => [...list.children];
    function close() {
      list.hidden = true;
      text.setAttribute("aria-expanded", "false");
      text.removeAttribute("aria-activedescendant");
      index = -1;
    }
    function mark(next) {
      index = Math.max(0, Math.min(items().length - 1, next));
      items().forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
      items()[index]?.scrollIntoView({ block: "nearest" });
      if (items()[index]) text.setAttribute("aria-activedescendant", items()[index].id);
    }
    function choose(item) {
      field.value = item.dataset.id;
      text.value = item.textContent;
      close();
    }
    async function ask() {
      const turn = ++asked;
      const url = `${field.dataset.autocomplete}&term=${encodeURIComponent(text.value)}`;
      const response = await fetch(url, { headers: { Accept: "application/json" } });
      if (!response.ok || turn !== asked) return;
      const { results } = await response.json();
      list.replaceChildren(...results.map((row, at) =>
        make("li", { role: "option", id: `${list.id}_${at}`, "data-id": row.id }, row.text)));
      list.hidden = results.length === 0;
      text.setAttribute("aria-expanded", String(!list.hidden));
      index = -1;
    }
    text.addEventListener("input", () => {
      if (text.value === "") field.value = "";
      ask();
    });
    text.addEventListener("focus", () => text.select());
    text.addEventListener("blur", () => setTimeout(() => {
      close();
      if (field.value === "") text.value = "";
    }, 150));
    text.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") {
        event.preventDefault();
        if (list.hidden) ask();
        else mark(index + 1);
      } else if (event.key === "ArrowUp") {
        event.preventDefault();
        mark(index - 1);
      } else if (event.key === "Enter" && !list.hidden) {
        event.preventDefault();
        if (items()[Math.max(index, 0)]) choose(items()[Math.max(index, 0)]);
      } else if (event.key === "Escape") {
        close();
      }
    });
    list.addEventListener("mousedown", (event) => {
      const item = event.target.closest("li");
      if (item) choose(item);
    });
    field.addEventListener("admin:chosen", (event) => (text.value = event.detail.label));
  }

  // --- rows that belong to this one ---
  function inline(box) {
    const template = one("[data-inline-template]", box);
    const button = one("[data-inline-add]", box);
    const total = one(`[name="${box.dataset.inline}-TOTAL_FORMS"]`, box);
    if (!template || !button || !total) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const row = template.cloneNode(true);
      row.hidden = false;
      row.removeAttribute("data-inline-template");
      for (const element of all("[name], [id], [for]", row)) {
        for (const attribute of ["name", "id", "for"]) {
          const value = element.getAttribute(attribute);
          if (value) element.setAttribute(attribute, value.replace("__prefix__", total.value));
        }
      }
      total.value = String(Number(total.value) + 1);
      template.before(row);
      one("input:not([type=hidden]), select, textarea", row)?.focus();
    });
  }

  // --- adding or looking up a related row in a window of its own ---
  function popups() {
    for (const link of all("[data-popup]:not(body)")) {
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        window.open(link.href, `popup_${link.dataset.popup}`, "width=860,height=640,resizable,scrollbars");
      });
    }
    window.addEventListener("message", (event) => {
      if (event.origin !== location.origin || event.data?.type !== "admin:chosen") return;
      const field = document.getElementById(event.data.field.replace(/^popup_/, ""));
      if (!field) return;
      const { value, label } = event.data;
      if (field.tagName === "SELECT" && ![...field.options].some((option) => option.value === value)) {
        field.append(make("option", { value }, label));
      }
      if (field.multiple) [...field.options].find((option) => option.value === value).selected = true;
      else field.value = value;
      field.dispatchEvent(new CustomEvent("admin:chosen", { detail: { label } }));
    });
    const tell = (value, label) => {
      if (!window.opener) return false;
      window.opener.postMessage({ type: "admin:chosen", field: window.name, value, label }, location.origin);
      window.close();
      return true;
    };
    const { popupValue, popupLabel } = document.body.dataset;
    if (popupValue) tell(popupValue, popupLabel);
    for (const link of all("[data-choose]")) {
      link.addEventListener("click", (event) => {
        if (tell(link.dataset.choose, link.dataset.chooseLabel)) event.preventDefault();
      });
    }
  }

  search_key();
  fold();
  selection();
  all("select[multiple][data-double]").forEach(double_list);
  all("[data-autocomplete]").forEach(autocomplete);
  all("[data-inline]").forEach(inline);
  popups();
})();
