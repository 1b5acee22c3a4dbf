// A node's settings, keys and trusted roots, from the files that `precinto keys dev` writes.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

// The TOML that `precinto keys dev` writes: tables, tables of a list, and values that JSON knows as well.
function readToml(text) {
  const all = {};
  let table = all;
  for (const line of text.split("\n").map((line) => line.trim())) {
    const [, list, one, key, value] = line.match(/^(?:\[\[(\w+)\]\]|\[(\w+)\]|(\w+)\s*=\s*(.+))$/) ?? [];
    if (list) (all[list] ??= []).push((table = {}));
    else if (one) table = all[one] = {};
    else if (key) table[key] = JSON.parse(value);
  }
  return all;
}

export function loadNode(path, gateway) {
  const config = readToml(readFileSync(path, "utf8"));
  const read = (name) => readFileSync(join(dirname(path), name));
  return {
    identity: config.identity,
    serverName: config.server_name,
    gateway: gateway ?? config.gateway,
    log: config.log ?? read(config.log_file).toString().trim(),
    tls: [read(config.tls.key), read(config.tls.certificate)],
    key: createPrivateKey(read(config.signing.key)),
    chain: certificatesOf(read(config.signing.certificate)).map(({ raw }) => raw),
    sides: loadSides(config.side, read),
  };
}

function certificatesOf(pem) {
  const all = pem.toString().match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  return all.map((one) => new X509Certificate(one));
}

// The sides of a node's configuration, by trust domain; `read` gives a file's bytes.
function loadSides(sides, read) {
  const list = (pem) => Buffer.from(pem.toString().split("-----")[2], "base64");
  return new Map(sides.map(({ domain, roots, crls }) => [domain, {
    pem: Buffer.concat(roots.map(read)),
    roots: roots.flatMap((name) => certificatesOf(read(name))),
    lists: crls.map((name) => list(read(name))),
  }]));
}
