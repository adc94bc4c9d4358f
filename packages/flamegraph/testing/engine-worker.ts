import { serveEngine } from '../src/engine/serve-engine.ts'

serveEngine(self)
