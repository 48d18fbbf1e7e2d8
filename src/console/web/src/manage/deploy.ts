// Deploy: makes a product of a device that works, so that many like it can be made.

import type { Channel } from "../api";
import type { Device } from "../device/api";
import type { Shell } from "../shell";
import { create_product } from "./api";
import { open_product_form } from "./product_form";

export function open_deploy(shell: Shell, device: Device, channels: Channel[]): void {
  open_product_form({
    title: "Add product batch",
    submit: "Add product",
    start: {
      name: device.title,
      description: device.description,
      template: {
        title: device.title,
        description: device.description,
        private: device.private,
        tags: device.tags,
        channels: channels.map(({ id, tags, unit }) => ({ id, tags: tags ?? [], label: unit?.label ?? "", symbol: unit?.symbol ?? "" })),
      },
    },
    failed: shell.failed,
    send: async (draft) => shell.go(`/manage/${encodeURIComponent((await create_product(draft)).id)}`),
  });
}
