/**
 * The small pages nginx answers with itself. They say that the site is not there now and name the request, and
 * nothing else: reasons belong into the panel.
 */
import { joined, literal, type Value, variable } from "./values.ts";

/** Body of a 502, 503 or 504 in English and Japanese, with the id under which the request stands in the log. */
export function unavailablePage(): Value {
  return joined(
    literal("<!doctype html><html lang=en><meta charset=utf-8>"),
    literal("<meta name=viewport content='width=device-width'><title>Temporarily unavailable</title>"),
    literal(
      "<style>body{font:16px/1.6 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1.5rem;",
    ),
    literal("color-scheme:light dark}h1{font-size:1.25rem}small{opacity:.7}</style>"),
    literal("<h1>This site is temporarily unavailable</h1><p>Please try again in a moment.</p>"),
    literal("<p lang=ja>このサイトは一時的に利用できません。しばらくしてからもう一度お試しください。</p>"),
    literal("<small>Request "),
    variable("request_id"),
    literal("</small></html>"),
  );
}
