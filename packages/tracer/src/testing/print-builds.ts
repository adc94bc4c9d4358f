import { BuildWatch } from '../host/build-watch.ts'

/** Prints, as JSON, what an agent would report of the builds that run, after the two looks that it takes. For tests of other packages. */
const watch = new BuildWatch()
await watch.look()
await watch.look()
console.log(JSON.stringify(watch.report()))
