/**
 * What a site's visitors experience, from requests, checks and samples: one value per minute for the history and a
 * rolling view of the last 60 seconds. Memory does not grow with traffic, and a quiet site costs almost nothing.
 */
import type { Minute, SiteObservation } from "../schema/observed.ts";
import {
  addDuration,
  addHistogram,
  createHistogram,
  type DurationHistogram,
  quantile,
} from "./duration-histogram.ts";

export const MINUTE_MS = 60_000;
/** The rolling view moves in steps of this. */
const SLOT_MS = 5_000;
const VIEW_SLOTS = 12;
/** Queue samples are kept for five minutes. */
const QUEUE_SLOTS = 60;
/** More open minutes than this, and the oldest is closed: a backlog may be long, memory may not. */
const MAX_OPEN_MINUTES = 5;
/** A clock set back by more than this starts the history anew from the time it shows. */
const CLOCK_SET_BACK_MS = 2 * MINUTE_MS;

export type RequestFact = { atMs: number; status: number; durationMs: number; bytesSent: number };
export type CheckFact = { atMs: number; ok: boolean };
export type SampleFact = { atMs: number; busyThreads: number; queueWaiting: boolean };
export type TrafficView = SiteObservation["traffic"];

export type Traffic = {
  /** Requests may come late and out of order; those of a minute that is closed are dropped. */
  addRequest(request: RequestFact, nowMs: number): void;
  addCheck(check: CheckFact): void;
  addSample(sample: SampleFact): void;
  /** Minutes that are over, oldest first; each is given once. Call it when all that was logged has been added. */
  closeMinutes(nowMs: number): Minute[];
  /** The last 60 seconds, or the part of them since the start. */
  view(nowMs: number): TrafficView;
};

type OpenMinute = Minute & { histogram: DurationHistogram | null; samples: number; waiting: number };
type Slot = {
  start: number;
  requests: number;
  errors5xx: number;
  histogram: DurationHistogram | null;
  samples: number;
  waiting: number;
};

/** `closedUntilMs`: minutes before this are in the history already and are not counted again. */
export function createTraffic(options: { startedAtMs: number; closedUntilMs: number }): Traffic {
  const open = new Map<number, OpenMinute>();
  const overflow: Minute[] = [];
  const slots = new Map<number, Slot>();
  let closedUntilMs = options.closedUntilMs;
  /** Requests from before the start are known too when the log was read again after a restart. */
  let knownSinceMs = options.startedAtMs;
  let newestSlot = 0;

  function minuteAt(ms: number): OpenMinute | null {
    const t = Math.floor(ms / MINUTE_MS) * MINUTE_MS;
    if (t < closedUntilMs) return null;
    let minute = open.get(t);
    if (!minute) {
      minute = emptyMinute(t);
      open.set(t, minute);
      if (open.size > MAX_OPEN_MINUTES) overflow.push(...closeUntil(Math.min(...open.keys()) + MINUTE_MS));
      if (t < closedUntilMs) return null;
    }
    return minute;
  }

  function closeUntil(limitMs: number): Minute[] {
    const over = [...open.keys()].filter((t) => t + MINUTE_MS <= limitMs).sort((a, b) => a - b);
    return over.map((t) => {
      const minute = closed(open.get(t) as OpenMinute);
      open.delete(t);
      closedUntilMs = Math.max(closedUntilMs, t + MINUTE_MS);
      return minute;
    });
  }

  function slotAt(ms: number): Slot {
    const start = Math.floor(ms / SLOT_MS) * SLOT_MS;
    let slot = slots.get(start);
    if (!slot) {
      slot = { start, requests: 0, errors5xx: 0, histogram: null, samples: 0, waiting: 0 };
      slots.set(start, slot);
    }
    if (start > newestSlot) {
      newestSlot = start;
      forgetSlots(start);
    }
    return slot;
  }

  function forgetSlots(newest: number): void {
    for (const [start, slot] of slots) {
      if (start <= newest - QUEUE_SLOTS * SLOT_MS) slots.delete(start);
      else if (start <= newest - VIEW_SLOTS * SLOT_MS) slot.histogram = null;
    }
  }

  return {
    addRequest(request, nowMs) {
      const atMs = Math.min(request.atMs, nowMs);
      const isServerError = request.status >= 500;
      const minute = minuteAt(atMs);
      if (minute) {
        minute.requests++;
        minute.bytesSent += request.bytesSent;
        if (isServerError) minute.errors5xx++;
        else if (request.status >= 400) minute.errors4xx++;
        minute.histogram ??= createHistogram();
        addDuration(minute.histogram, request.durationMs);
      }
      if (atMs <= nowMs - VIEW_SLOTS * SLOT_MS) return;
      knownSinceMs = Math.min(knownSinceMs, atMs);
      const slot = slotAt(atMs);
      slot.requests++;
      if (isServerError) slot.errors5xx++;
      slot.histogram ??= createHistogram();
      addDuration(slot.histogram, request.durationMs);
    },
    addCheck({ atMs, ok }) {
      const minute = minuteAt(atMs);
      if (!minute) return;
      if (ok) minute.checksOk++;
      else minute.checksFailed++;
    },
    addSample({ atMs, busyThreads, queueWaiting }) {
      const slot = slotAt(atMs);
      slot.samples++;
      if (queueWaiting) slot.waiting++;
      const minute = minuteAt(atMs);
      if (!minute) return;
      minute.samples++;
      if (queueWaiting) minute.waiting++;
      minute.busyMax = Math.max(minute.busyMax, busyThreads);
    },
    closeMinutes(nowMs) {
      if (nowMs < closedUntilMs - CLOCK_SET_BACK_MS) {
        closedUntilMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
        open.clear();
        slots.clear();
        newestSlot = 0;
      }
      return [...overflow.splice(0), ...closeUntil(nowMs)];
    },
    view(nowMs) {
      const from = Math.floor(nowMs / SLOT_MS) * SLOT_MS - (VIEW_SLOTS - 1) * SLOT_MS;
      const all = createHistogram();
      let requests = 0;
      let errors = 0;
      let samples = 0;
      let waiting = 0;
      for (const slot of slots.values()) {
        if (slot.start > nowMs) continue;
        if (slot.start > nowMs - QUEUE_SLOTS * SLOT_MS) {
          samples += slot.samples;
          waiting += slot.waiting;
        }
        if (slot.start < from) continue;
        requests += slot.requests;
        errors += slot.errors5xx;
        if (slot.histogram) addHistogram(all, slot.histogram);
      }
      const seconds = Math.max(1_000, nowMs - Math.max(from, knownSinceMs)) / 1_000;
      return {
        requestsPerSecond: Math.round((requests / seconds) * 100) / 100,
        p50Ms: quantile(all, 0.5),
        p95Ms: quantile(all, 0.95),
        errorRate: requests === 0 ? 0 : errors / requests,
        queueWaitingShare5m: samples === 0 ? 0 : waiting / samples,
      };
    },
  };
}

function emptyMinute(t: number): OpenMinute {
  return {
    t,
    checksOk: 0,
    checksFailed: 0,
    requests: 0,
    errors4xx: 0,
    errors5xx: 0,
    p50Ms: null,
    p95Ms: null,
    bytesSent: 0,
    busyMax: 0,
    queueWaitingShare: 0,
    histogram: null,
    samples: 0,
    waiting: 0,
  };
}

function closed({ histogram, samples, waiting, ...minute }: OpenMinute): Minute {
  return {
    ...minute,
    p50Ms: histogram ? quantile(histogram, 0.5) : null,
    p95Ms: histogram ? quantile(histogram, 0.95) : null,
    queueWaitingShare: samples === 0 ? 0 : Math.round((waiting / samples) * 1000) / 1000,
  };
}
