/** Message keys cannot hold a colon. */
export function scopeKey(scope: string): "admin" | "sites-read" | "sites-write" | "metrics-read" {
  return scope.replace(":", "-") as "admin" | "sites-read" | "sites-write" | "metrics-read";
}
