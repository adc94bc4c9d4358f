import { serveEngine } from '@sonde/flamegraph/engine'

serveEngine(self)
