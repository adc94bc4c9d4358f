export type { FlamePicture } from './flame-picture.ts'
export { flamePng } from './png-export.ts'
export { flameSvg } from './svg-export.ts'
export { readTheme } from './theme.ts'
