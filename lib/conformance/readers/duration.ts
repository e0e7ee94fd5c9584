const secondsOf: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  m: 60,
  min: 60,
  minute: 60,
  minutes: 60,
  h: 3600,
  hr: 3600,
  hour: 3600,
  hours: 3600,
  d: 86400,
  day: 86400,
  days: 86400,
  w: 604800,
  week: 604800,
  weeks: 604800,
};

/** Seconds of a Go or systemd duration such as `8760h0m0s`, `1h 30min` or `900`. */
export function durationSeconds(text: string): number | undefined {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)\s*/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.trim()) return undefined;
  const seconds = parts.map(([, number, unit]) => {
    const factor = unit === '' ? 1 : secondsOf[unit ?? ''];
    return factor === undefined ? Number.NaN : Number(number) * factor;
  });
  const sum = seconds.reduce((total, next) => total + next, 0);
  return Number.isNaN(sum) ? undefined : sum;
}

/** The same in hours. */
export function durationHours(text: string): number | undefined {
  const seconds = durationSeconds(text);
  return seconds === undefined ? undefined : seconds / 3600;
}
