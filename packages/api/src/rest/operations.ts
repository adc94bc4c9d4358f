import type { Operation } from './operation.ts'
import { captureOperations } from './operations/captures.ts'
import { comparisonOperations } from './operations/comparisons.ts'
import { deployOperations } from './operations/deploys.ts'
import { deviceOperations } from './operations/device.ts'
import { hostOperations } from './operations/hosts.ts'
import { meOperations } from './operations/me.ts'
import { recipeOperations } from './operations/recipes.ts'
import { resultOperations } from './operations/results.ts'
import { shareOperations } from './operations/shares.ts'

/** All of the REST API. A new noun is a file in operations/ and a line here. */
export const OPERATIONS: readonly Operation[] = [
  ...meOperations,
  ...hostOperations,
  ...recipeOperations,
  ...captureOperations,
  ...resultOperations,
  ...comparisonOperations,
  ...shareOperations,
  ...deployOperations,
  ...deviceOperations,
]
