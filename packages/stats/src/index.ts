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
