import { places } from '../quality/places'
import { takePictures } from './screenshots'
import { test } from './world'

for (const place of places) {
  test(`${place.name}: fits 360 and 1280 px in both themes`, async ({ page, request }) => {
    await place.reach(page, request)
    await takePictures(page, place.name)
  })
}
