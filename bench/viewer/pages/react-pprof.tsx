import { Profile } from 'pprof-format'
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { FlameGraph } from 'react-pprof'
import { box, targetAt, type ViewerPage } from './viewer-page.ts'

let profile: Profile
const page: ViewerPage = {
  wheelZooms: true,
  target: () => targetAt(0, 20),
  async prepare() {
    profile = Profile.decode(new Uint8Array(await (await fetch('profile.pprof')).arrayBuffer()))
  },
  show() {
    return new Promise((resolve) => {
      createRoot(box()).render(createElement(FlameGraph, { profile, width: 1440, height: 860, zoomOnScroll: true }))
      const canvas = () => (document.querySelector('canvas') ? resolve() : setTimeout(canvas, 1))
      canvas()
    })
  },
}
window.viewer = page
