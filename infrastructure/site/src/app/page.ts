/** A page's module. A deploy may have taken its file away meanwhile: the site begins anew then. */
export async function page<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if (navigator.onLine) window.location.reload();
    throw error;
  }
}
