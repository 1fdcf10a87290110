// bullmq_jobs.cjs - jobs, producer and worker of BullMQ.
//
//   node bullmq_jobs.cjs one|bulk|roundtrip N
//   node bullmq_jobs.cjs worker CONCURRENCY
const fs = require("fs");
const { Queue, QueueEvents, Worker } = require("bullmq");

const BULK = 1000;
const PAYLOAD = "x".repeat(Number(process.env.PEER_PAYLOAD));
const STEP = Number(process.env.PEER_STEP || 1);
const FORGET = process.env.PEER_SETTING === "_fast";
const connection = { path: process.env.PEER_BROKER, maxRetriesPerRequest: null };
const options = FORGET ? { removeOnComplete: true } : {};

let since = 0;
let marks;

// Says how many jobs have ended, as marks.py does.
function ended() {
  if (++since < STEP) return;
  marks ??= fs.openSync(process.env.PEER_MARKS, "a");
  fs.writeSync(marks, `${process.pid} ${since} ${process.hrtime.bigint()}\n`);
  since = 0;
}

function micros() {
  return Number(process.hrtime.bigint()) / 1000;
}

async function bulk(queue, count) {
  for (let from = 0; from < count; from += BULK) {
    const length = Math.min(BULK, count - from);
    const job = () => ({ name: "noop", data: { payload: PAYLOAD }, opts: options });
    await queue.addBulk(Array.from({ length }, job));
  }
}

async function one(queue, count) {
  for (let i = 0; i < count; i++) await queue.add("noop", { payload: PAYLOAD }, options);
}

async function roundTrips(queue, count, warm = 50) {
  const events = new QueueEvents("peer", { connection });
  await events.waitUntilReady();
  for (let i = 0; i < count + warm; i++) {
    const begun = micros();
    const job = await queue.add("reply", { payload: PAYLOAD }, options);
    await job.waitUntilFinished(events, 30000);
    if (i >= warm) console.log((micros() - begun).toFixed(1));
  }
  await events.close();
}

async function work(concurrency) {
  const job = async (job) => {
    if (job.name === "noop") ended();
    return 1;
  };
  const worker = new Worker("peer", job, { connection, concurrency });
  worker.on("error", (error) => console.error(error.message));
  process.on("SIGTERM", () => worker.close().then(() => process.exit(0)));
}

async function main(what, count) {
  if (what === "worker") return work(count);
  const queue = new Queue("peer", { connection });
  await queue.waitUntilReady();
  if (what === "roundtrip") {
    await roundTrips(queue, count);
  } else {
    const begun = micros();
    await (what === "bulk" ? bulk : one)(queue, count);
    console.log((micros() - begun) / 1e6);
  }
  await queue.close();
}

main(process.argv[2], Number(process.argv[3])).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
