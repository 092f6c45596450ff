"""Units in time: what happened to the communes, districts and provinces since 1 January 2019, and how it was built."""
