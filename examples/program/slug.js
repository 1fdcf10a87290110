#!/usr/bin/env node
// slug.js - makes "a-b" out of "A & B": a snooze until the title may be known, then a result.
"use strict";
const fs = require("fs");

function tell(message) {
  fs.writeSync(3, JSON.stringify(message) + "\n");
}

function slug(title) {
  return title
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
}

function main() {
  const args = JSON.parse(fs.readFileSync(0, "utf8"));
  const wait = args.not_before ? Date.parse(args.not_before) - Date.now() : 0;
  if (wait > 0) {
    tell({ snooze_ms: Math.min(wait, 3600 * 1000) }); // looks again within the hour
    return 0;
  }
  const made = slug(args.title);
  if (made === "") {
    tell({ rejected: "title: has no letter and no digit" });
    return 100;
  }
  console.log(`${args.title} becomes ${made}`);
  tell({ result: { slug: made } });
  return 0;
}

process.exitCode = main();
