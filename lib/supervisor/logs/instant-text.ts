/** A time the way gunicorn writes it, with milliseconds, so that two rotations never begin with the same line. */
export function instantText(ms: number): string {
  const [day, time] = new Date(ms).toISOString().slice(0, -1).split("T") as [string, string];
  return `${day} ${time.replace(".", ",")} +0000`;
}
