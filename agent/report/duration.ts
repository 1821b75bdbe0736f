/** A span in words, two units at most (`1 h 59 min`, `40 ms`); `us` is microseconds, below zero it starts with a minus. */
export function durationText(us: number): string {
  if (us < 0) return `−${durationText(-us)}`;
  if (us < 1000) return `${us} µs`;
  if (us < 1_000_000) return `${Math.floor(us / 1000)} ms`;
  const seconds = Math.floor(us / 1_000_000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return pair(days, 'd', hours % 24, 'h');
  if (hours > 0) return pair(hours, 'h', minutes % 60, 'min');
  if (minutes > 0) return pair(minutes, 'min', seconds % 60, 's');
  return `${seconds} s`;
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
