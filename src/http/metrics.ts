import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry as Prometheus } from 'prom-client'
import type { Registry } from '../registry.ts'

/** What the registry tells before there is a server: the server puts its counters in here. */
export type Told = { conflicted: () => void }

/** What the server counts, for Prometheus. One a server: several may live in one process. */
export class Metrics {
  readonly #prometheus = new Prometheus()
  readonly #requests = new Histogram({
    name: 'registry_http_request_seconds',
    help: 'Duration of HTTP requests by method, route and status.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers: [this.#prometheus],
  })
  readonly #series = new Map<string, { observe(seconds: number): void }>()
  readonly #events = new Counter({
    name: 'registry_events_projected_total',
    help: 'Events that the read model took in.',
    registers: [this.#prometheus],
  })
  readonly #appends = new Counter({
    name: 'registry_appends_total',
    help: 'Appends that this node made.',
    registers: [this.#prometheus],
  })
  readonly #conflicts = new Counter({
    name: 'registry_append_conflicts_total',
    help: 'Lost races for a stream.',
    registers: [this.#prometheus],
  })

  /** Follows a registry; `stop` ends it. */
  constructor(registry: Registry) {
    collectDefaultMetrics({ register: this.#prometheus })
    const lag = new Gauge({
      name: 'registry_projection_lag_events',
      help: 'How many positions the read model lies behind the log.',
      registers: [this.#prometheus],
      collect: async () => {
        const head = await registry.log.head().catch(() => undefined)
        if (head) lag.set(Number(head.commit - registry.readModel.position.commit))
      },
    })
    this.stop = registry.listen((events) => this.#events.inc(events.length))
  }

  readonly stop: () => void
  readonly contentType = this.#prometheus.contentType
  readonly appended = () => this.#appends.inc()
  readonly conflicted = () => this.#conflicts.inc()

  /** Routes, methods and statuses are few: what they name is looked up once. */
  requested(method: string, route: string, status: number, milliseconds: number): void {
    const key = `${status} ${method} ${route}`
    let series = this.#series.get(key)
    if (series === undefined) {
      series = this.#requests.labels({ method, route, status })
      this.#series.set(key, series)
    }
    series.observe(milliseconds / 1_000)
  }

  text(): Promise<string> {
    return this.#prometheus.metrics()
  }
}
