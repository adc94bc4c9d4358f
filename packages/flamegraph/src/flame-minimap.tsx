import type { Ref } from 'react'

export type FlameMinimapProps = {
  ref: Ref<HTMLDivElement>
  canvasRef: Ref<HTMLCanvasElement>
  sliderRef: Ref<HTMLDivElement>
  isHidden: boolean
  /** Of the graph that it is a map of. */
  graphLabel: string
}

/** The whole graph in a strip, what is on screen as a window in it. Painted by FlameView, moved by attachMinimap. */
export function FlameMinimap({ ref, canvasRef, sliderRef, isHidden, graphLabel }: FlameMinimapProps) {
  return (
    <div ref={ref} className="sf-map" hidden={isHidden}>
      <canvas ref={canvasRef} />
      <div
        ref={sliderRef}
        className="sf-window"
        role="slider"
        tabIndex={0}
        aria-label={`Part of the ${graphLabel.charAt(0).toLowerCase()}${graphLabel.slice(1)} on screen`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={50}
        aria-valuetext="the whole width"
      />
    </div>
  )
}
