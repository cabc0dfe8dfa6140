import type { Page } from '@playwright/test'
import { fitsSideways } from './steps'

const folder = 'test-results/screenshots'

/** Pictures of the page as it stands, on a phone and on a desk, light and dark; none may scroll sideways. */
export async function takePictures(page: Page, name: string): Promise<void> {
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 800 })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await fitsSideways(page)
      await page.screenshot({ path: `${folder}/${name.replace(/\W+/g, '-')}-${width}-${colorScheme}.png`, fullPage: true })
    }
  }
}
