import { expect, test } from "@jest/globals";
import { AddressGuard } from "./address-guard.ts";
import { readWebhookUrl } from "./webhook-url.ts";

const strict = new AddressGuard();
const atHome = new AddressGuard(["127.0.0.0/8", "10.1.0.0/16"]);

test.each([
  ["https://erp.example.com/hooks?tenant=1", strict],
  ["https://erp.example.com:8443/", strict],
  ["https://93.184.216.34/", strict],
  ["https://10.1.0.9/hook", atHome],
  ["http://127.0.0.1:3000/hook", atHome],
  ["http://localhost:3000/hook", atHome],
])("a webhook may be sent to %s", (text, guard) => {
  expect(readWebhookUrl(text, guard).href).toBe(text);
});

test.each([
  ["no URL", "erp.example.com", strict],
  ["another protocol", "ftp://erp.example.com/", strict],
  ["a file", "file:///etc/passwd", strict],
  ["http", "http://erp.example.com/", strict],
  ["http to a network of one's own", "http://10.1.0.9/", atHome],
  ["this machine", "https://127.0.0.1/", strict],
  ["this machine, as a number", "https://2130706433/", strict],
  ["this machine, in octal", "https://0177.0.0.1/", strict],
  ["this machine, shortened", "https://127.1/", strict],
  ["this machine in IPv6", "https://[::1]/", strict],
  ["this machine, mapped", "https://[::ffff:127.0.0.1]/", strict],
  ["a cloud's own address", "https://169.254.169.254/latest/meta-data", strict],
  ["a network of somebody else", "https://10.2.0.1/", atHome],
  ["a password", "https://user:secret@erp.example.com/", strict],
  ["a fragment", "https://erp.example.com/#a", strict],
  ["too long a URL", `https://erp.example.com/${"a".repeat(2_048)}`, strict],
])("a webhook is never sent to %s", (_, text, guard) => {
  expect(() => readWebhookUrl(text, guard)).toThrow(
    expect.objectContaining({ code: "BAD_USER_INPUT", details: { argument: "url" } }),
  );
});
