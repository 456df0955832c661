"""What scikit-learn gives an estimator becomes rows and a task; a route learns from them."""
