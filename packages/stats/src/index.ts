export { jensenShannon, jensenShannonTerm, meanDivergence } from './jensen-shannon.ts'
export {
  bucketOf,
  highestOfBucket,
  type Log2Histogram,
  lowestOfBucket,
  mergeLog2Histograms,
  type QuantileEstimate,
  quantileOfLog2Histogram,
  totalOf,
} from './log2-histogram.ts'
export { MIN_UNITS, type OddOptions, OUTLYING, oddOnesOut, restOf, type UnitDistance } from './odd-one-out.ts'
export { FLEET_PARTS, type FleetShape, syntheticFleet } from './synthetic-fleet.ts'
export { type Slice, sharesOf, type Unit } from './units.ts'
