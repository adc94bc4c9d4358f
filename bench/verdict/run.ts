import { parseArgs } from 'node:util'
import { record } from './record.ts'

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: '/tmp/sonde-verdict' },
    captures: { type: 'string', default: '120' },
    seconds: { type: 'string', default: '20' },
  },
})
await record(values.folder, { from: 0, to: Number(values.captures), seconds: Number(values.seconds) })
