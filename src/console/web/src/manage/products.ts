// The list of products: one card each, with how many of its devices are activated.

import { button, el, notice } from "../dom";
import { link, type Page, type Shell } from "../shell";
import { create_product, list_products, type ProductSummary } from "./api";
import { open_product_form } from "./product_form";
import { activated_text } from "./words";

const empty_product = {
  name: "",
  description: "",
  template: { title: "", description: "", private: true, tags: [], channels: [] },
};

function card_of(product: ProductSummary, shell: Shell): HTMLElement {
  const share = product.devices ? (product.activated / product.devices) * 100 : 0;
  const bar = el("div", { class: "meter", attributes: { role: "img", "aria-label": activated_text(product) } }, el("span"));
  (bar.firstElementChild as HTMLElement).style.width = `${share}%`;
  return el(
    "li",
    "card thing product-card",
    link(`/manage/${encodeURIComponent(product.id)}`, shell.go, "card-link", product.name),
    el("p", { class: "muted clamp", text: product.description }),
    bar,
    el("p", { class: "muted", text: activated_text(product) }),
  );
}

export function products_page(shell: Shell): Page {
  const body = el("div");
  let is_left = false;
  const add = () =>
    open_product_form({
      title: "Add product batch",
      submit: "Add product",
      start: empty_product,
      failed: shell.failed,
      send: async (draft) => shell.go(`/manage/${encodeURIComponent((await create_product(draft)).id)}`),
    });
  const show = (products: ProductSummary[]) => {
    if (products.length) {
      body.replaceChildren(el("ul", "cards", ...products.map((product) => card_of(product, shell))));
      return;
    }
    body.replaceChildren(
      el(
        "div",
        "empty card",
        el("h2", { text: "No products yet" }),
        el("p", { text: "A product is a kind of device that is made many times. Each of its devices leaves the factory with a serial number only, and gets its feed and its key when it is first switched on." }),
        button("Add your first product", "primary", add),
      ),
    );
  };
  const load = async () => {
    try {
      const products = await list_products();
      if (!is_left) show(products);
    } catch (error) {
      if (!is_left) body.replaceChildren(notice(shell.failed(error), button("Try again", "", () => void load())));
    }
  };
  document.title = "Manage · Thingtank";
  void load();
  const head = el(
    "div",
    "page-head",
    el("div", {}, el("h1", { text: "Products" }), el("p", { class: "muted", text: "Batches of devices: serial numbers, activation, templates." })),
    button("Add product", "primary", add),
  );
  return { element: el("div", "page", head, body), leave: () => (is_left = true) };
}
