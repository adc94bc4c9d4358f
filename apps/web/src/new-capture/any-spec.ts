import { type CaptureSpec, DEFAULT_RECIPE_ID, specOfRecipe } from '@sonde/contract'

/** Stands in a query that is switched off, which still wants an input of the right type. */
export const ANY_SPEC: CaptureSpec = specOfRecipe(DEFAULT_RECIPE_ID)
