export { falseDiscoveryRates } from './false-discovery.ts'
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
export { QUANTILE_ROUNDS, type QuantileChange, quantileChange, type UnitHistograms } from './quantile-changes.ts'
export { type Floor, LEVEL, type RatioChange, ratioChanges } from './ratio-changes.ts'
export { type Denominator, denominatorOf, type Numerator, type RatioEvidence, ratioEvidence } from './ratio-evidence.ts'
export { studentUpperQuantile, studentUpperTail } from './student-t.ts'
export { FLEET_PARTS, type FleetShape, syntheticFleet } from './synthetic-fleet.ts'
export { judgeSides, type SidesShape } from './synthetic-sides.ts'
export { type SideUnits, type UnitLayout, unitLayout } from './unit-layout.ts'
export { type Slice, sharesOf, type Unit } from './units.ts'
