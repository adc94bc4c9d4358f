export { buildCallTree } from './build-call-tree.ts'
export { type CallTree, type CallTreeOptions, GROUP_KIND, type WeightColumn } from './call-tree.ts'
export { buildDiffTree, type ComparedSides, type DiffTree, type DiffTreeOptions, type TreeDiff } from './call-tree-diff.ts'
export { CallTreeTooLargeError, MAX_TREE_NODES } from './call-tree-too-large.ts'
export { countFrames } from './count-frames.ts'
export { decodeProfile } from './decode-profile.ts'
export { encodeProfile, PROFILE_CONTENT_TYPE, PROFILE_MAGIC, PROFILE_VERSIONS } from './encode-profile.ts'
export { foldPerfScript, type PerfFoldOptions } from './fold-perf-script.ts'
export { type FoldOptions, toFolded } from './fold-profile.ts'
export { findFrame, frameKey, keyOfFrame } from './frame-keys.ts'
export { type FunctionDifference, functionDifferences } from './function-diff.ts'
export { FUNCTION_SORTS, type FunctionOrder, type FunctionSort, orderFunctions } from './function-order.ts'
export { type FunctionSeries, type FunctionSeriesOptions, functionSeries } from './function-series.ts'
export { type FunctionTable, functionTable, hostsOfFunction } from './function-table.ts'
export { type FunctionUnits, type FunctionUnitsOptions, functionUnits, type SparseRows } from './function-units.ts'
export { type HeatAnswer, type HeatLayer, type HeatQuestion, type HeatSum, heatMap, MAX_HEAT_SECONDS } from './heat-map.ts'
export {
  type ComparedFunctions,
  type FunctionSlice,
  type HostFunctionShares,
  type HostFunctions,
  hostFunctions,
  MAX_FUNCTIONS,
} from './host-functions.ts'
export { type HostTotals, hostTotals } from './host-totals.ts'
export { mergeProfiles, ProfileMergeError } from './merge-profiles.ts'
export { type FoldedImport, importFolded, parseFolded } from './parse-folded.ts'
export { importPerfScript, type PerfScriptImport, type PerfScriptOptions, parsePerfScript } from './parse-perf-script.ts'
export { findByPathKey, pathKey } from './path-key.ts'
export { classifyModule } from './perf-module.ts'
export { findPinnedFrame, type PinLimits, type PinnedFrame, type PinnedGroupKind, pinFrame } from './pinned-frame.ts'
export { plainText } from './plain-text.ts'
export {
  FRAME_KIND,
  type FrameKind,
  type FrameTable,
  type HostTable,
  type Profile,
  type ProfileMeta,
  type SampleTable,
  type StackTable,
  type ThreadTable,
} from './profile.ts'
export { emptyProfile, MAX_STACK_DEPTH, ProfileBuilder, UNKNOWN_NAME } from './profile-builder.ts'
export { ProfileFormatError } from './profile-format-error.ts'
export { releaseColumns } from './release-columns.ts'
export type { SampleSelection } from './sample-selection.ts'
export { samplesIn } from './samples-in.ts'
export { samplesUnder } from './samples-under.ts'
export { type Side, shareOf } from './sampling-error.ts'
export { type Sandwich, sandwich } from './sandwich.ts'
export { seededRandom } from './seeded-random.ts'
export { selectionTotals } from './selection-totals.ts'
export { splitProfile, takeHost, takeSamples } from './split-profile.ts'
export { type SyntheticOptions, syntheticProfile } from './synthetic-profile.ts'
export { moduleKey, stackPathKey, transformOfNode } from './target-keys.ts'
export { STACK_TRANSFORM_KINDS, type StackTransform, type StackTransformKind } from './transform.ts'
export { type TransformedProfile, type TransformStep, transformProfile } from './transform-profile.ts'
export { type ComparedSide, SIDE_IDS, type SideSelection, selectSide, twoSides } from './two-sides.ts'
