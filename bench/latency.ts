// Measures the response times of GET requests for one product while the server runs an import.

const PAUSE_MS = 5;

/** Requests a product again and again. `p95` ends the requests and returns the 95th percentile of their response times in milliseconds. */
export function watchLatency(baseUrl: string, sku: string): { p95(): Promise<number> } {
  const times: number[] = [];
  const stop = new AbortController();
  const asking = (async () => {
    while (!stop.signal.aborted) {
      const started = performance.now();
      const response = await fetch(`${baseUrl}/api/products/${encodeURIComponent(sku)}`);
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`GET of ${sku} returned ${String(response.status)}`);
      times.push(performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  })();
  return {
    async p95() {
      stop.abort();
      await asking;
      times.sort((a, b) => a - b);
      return times[Math.floor(times.length * 0.95)] ?? Number.NaN;
    },
  };
}
