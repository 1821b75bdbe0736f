/** Acts with a signal that SIGTERM, SIGINT, or the abort of `given` aborts; the process listens for them no longer than that. */
export async function untilStopped<T>(
  given: AbortSignal | undefined,
  act: (stop: AbortController) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  given?.addEventListener('abort', end, { once: true });
  if (given?.aborted) end();
  try {
    return await act(stop);
  } finally {
    process.off('SIGTERM', end);
    process.off('SIGINT', end);
    given?.removeEventListener('abort', end);
  }
}
