import type { Ref } from 'react'

export type FlameMinimapProps = {
  ref: Ref<HTMLDivElement>
  canvasRef: Ref<HTMLCanvasElement>
  /** Frames what is on screen. */
  frameRef: Ref<HTMLDivElement>
  isHidden: boolean
  /** Of the graph that it is a map of. */
  graphLabel: string
}

/**
 * The whole graph in a strip, what is on screen as a window in it. Painted by FlameView, moved by attachMinimap. All of it is the
 * slider: the window may be a few pixels wide, too small to be hit.
 */
export function FlameMinimap({ ref, canvasRef, frameRef, isHidden, graphLabel }: FlameMinimapProps) {
  return (
    <div
      ref={ref}
      className="sf-map"
      hidden={isHidden}
      role="slider"
      tabIndex={0}
      aria-label={`Part of the ${graphLabel.charAt(0).toLowerCase()}${graphLabel.slice(1)} on screen`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={50}
      aria-valuetext="the whole width"
    >
      <canvas ref={canvasRef} />
      <div ref={frameRef} className="sf-window" />
    </div>
  )
}
