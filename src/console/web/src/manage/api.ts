// Products, and the devices of a batch.

import { call } from "../api";

export interface TemplateChannel {
  id: string;
  tags: string[];
  label: string;
  symbol: string;
}

export interface Template {
  title: string;
  description: string;
  private: boolean;
  tags: string[];
  channels: TemplateChannel[];
}

export interface ProductSummary {
  id: string;
  name: string;
  description: string;
  state: "develop" | "deploy";
  devices: number;
  activated: number;
  created: string;
}

export interface Product extends ProductSummary {
  template: Template;
}

export interface ProductDraft {
  name: string;
  description: string;
  template: Template;
}

export interface BatchDevice {
  serial: string;
  feed: number; // 0: never activated
  added: string;
  activated: string | null;
  updated: string | null;
}

export interface BatchQuery {
  q: string;
  activated: string; // "", "yes", "no"
  offset: number;
}

export const batch_page_size = 50;

const product_path = (id: string) => `/console/api/products/${encodeURIComponent(id)}`;
const device_path = (id: string, serial: string) => `${product_path(id)}/devices/${encodeURIComponent(serial)}`;

export const list_products = () =>
  call<{ products: ProductSummary[] }>("GET", "/console/api/products").then(({ products }) => products);
export const create_product = (draft: ProductDraft) => call<Product>("POST", "/console/api/products", draft);
export const find_product = (id: string) => call<Product>("GET", product_path(id));
export const change_product = (id: string, draft: ProductDraft) => call<Product>("PUT", product_path(id), draft);
export const delete_product = (id: string) => call("DELETE", product_path(id));
export const product_secret = (id: string) =>
  call<{ secret: string }>("GET", `${product_path(id)}/secret`).then(({ secret }) => secret);

export function list_batch(id: string, { q, activated, offset }: BatchQuery): Promise<{ total: number; devices: BatchDevice[] }> {
  const query = new URLSearchParams({ q, activated, offset: `${offset}`, limit: `${batch_page_size}` });
  return call("GET", `${product_path(id)}/devices?${query}`);
}
export const add_devices = (id: string, serials: string[]) => call<{ added: number }>("POST", `${product_path(id)}/devices`, { serials });
export const delete_device = (id: string, serial: string) => call("DELETE", device_path(id, serial));
export const activation_code = (id: string, serial: string) =>
  call<{ activation_code: string }>("GET", `${device_path(id, serial)}/code`).then((answer) => answer.activation_code);
export const activate = (id: string, serial: string) =>
  call<{ feed: number; key: string }>("POST", `${device_path(id, serial)}/activation`, {});
export const deactivate = (id: string, serial: string) => call("DELETE", `${device_path(id, serial)}/activation`);
